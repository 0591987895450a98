import { isAnswered } from '../completion/asking.ts'
import { actions, base, mostIdleTurns } from './actions.ts'
import type { AgentContext, AgentEvent, AgentInput } from './schema.ts'

type Scope = { context: AgentContext; event: AgentEvent }

const agentSetup = base.extend({
  actions,
  guards: {
    isAnswered: ({ event }: Scope) => isAnswered(event),
    hasDelivered: ({ context }: Scope) => context.summary !== null,
    isOutOfTime: ({ context }: Scope) => context.workedMs >= context.timeoutMs,
    isExhausted: ({ context: { turns, tokens, limits } }: Scope) =>
      turns >= limits.maxTurns || tokens >= limits.maxTokens,
    isIdle: ({ context }: Scope) => context.idleTurns >= mostIdleTurns,
  },
})

const contextOf = (input: AgentInput): AgentContext => ({
  ...input,
  kind: 'agent',
  brief: null,
  conversation: null,
  conversationTokens: 0,
  append: [],
  answer: null,
  summary: null,
  turns: 0,
  tokens: 0,
  workedMs: 0,
  idleTurns: 0,
  silentTurns: 0,
  failure: null,
  now: input.at,
})

/** The built-in agent: a model is asked, what it asks for is done, and so on until it delivers or a limit is met. */
export const agentMachine = agentSetup.createMachine({
  id: 'agent',
  description: 'One attempt by a model with tools. Every call and every turn of tools is an activity of its own.',
  context: ({ input }) => contextOf(input),
  initial: 'briefing',
  on: {
    'budget.reserve': { actions: 'passOn' },
    'budget.settle': { actions: 'passOn' },
    'notice.raised': { actions: 'passOn' },
    'person.*': { actions: 'passOn' },
  },
  states: {
    briefing: {
      description: 'What the model is told, or told further on a rework',
      tags: ['busy'],
      meta: { activity: 'briefer' },
      entry: 'startBriefer',
      exit: 'stopBriefer',
      on: {
        'xstate.done.actor.briefer': { target: 'completing', actions: 'recordBrief' },
        'xstate.error.actor.briefer': { target: 'failed', actions: 'recordUnbriefed' },
      },
    },
    completing: {
      description: 'The model is asked',
      entry: 'startCompletion',
      exit: 'stopCompletion',
      on: {
        'completion.ended': [
          { guard: 'isAnswered', target: 'acting', actions: 'recordAnswer' },
          { target: 'failed', actions: 'recordUnanswered' },
        ],
        'xstate.error.actor.completion': { target: 'failed', actions: 'recordUnanswered' },
      },
    },
    acting: {
      description: 'What the model asks for is done in the workspace',
      tags: ['busy'],
      meta: { activity: 'tools' },
      entry: 'startTools',
      exit: 'stopTools',
      on: {
        'xstate.done.actor.tools': { target: 'deciding', actions: ['recordTurn', 'tellTurn'] },
        'xstate.error.actor.tools': { target: 'failed', actions: 'recordToolsFailure' },
      },
    },
    deciding: {
      always: [
        { guard: 'hasDelivered', target: 'delivered' },
        { guard: 'isOutOfTime', target: 'failed', actions: 'recordTimeout' },
        { guard: 'isExhausted', target: 'failed', actions: 'recordExhaustion' },
        { guard: 'isIdle', target: 'failed', actions: 'recordIdling' },
        { target: 'completing' },
      ],
    },
    delivered: { type: 'final', entry: 'tellDelivered' },
    failed: { type: 'final', entry: 'tellFailed' },
  },
})
