import { actions, base } from './actions.ts'
import { guards } from './guards.ts'
import type { PlannerContext, PlannerTerms } from './schema.ts'

const plannerSetup = base.extend({ actions, guards })

const contextOf = ({ at, ...terms }: PlannerTerms): PlannerContext => ({
  kind: 'planner',
  terms,
  directiveId: terms.brief.directiveId,
  address: terms.address,
  purpose: 'plan',
  models: terms.brief.models,
  onRateLimit: terms.onRateLimit,
  ledger: { step: null, attempt: terms.attempt },
  place: terms.chainId === null ? {} : { chainId: terms.chainId },
  brief: null,
  append: [],
  answer: null,
  proposal: null,
  rationale: '',
  problems: [],
  failure: null,
  now: at,
})

/** A conversation with a model that ends with a sound chain, or with the reason why there is none. */
export const plannerMachine = plannerSetup.createMachine({
  id: 'planner',
  description: 'Asks a model for a chain. It may only propose: what comes of it is decided by the directive.',
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
      description: 'What the repository is, what is asked for, what there is to choose from: put into words',
      tags: ['busy'],
      meta: { activity: 'briefer' },
      entry: 'startBriefer',
      exit: 'stopBriefer',
      on: {
        'xstate.done.actor.briefer': { target: 'completing', actions: 'recordBrief' },
        'xstate.error.actor.briefer': { target: 'failed', actions: 'recordBriefingFailure' },
      },
    },
    completing: {
      description: 'A model is asked, over its fallbacks and waits',
      tags: ['busy'],
      entry: 'startCompletion',
      exit: 'stopCompletion',
      on: {
        'completion.ended': [
          { guard: 'isAnswered', target: 'checking', actions: 'readAnswer' },
          { target: 'failed', actions: 'recordFailure' },
        ],
        'xstate.error.actor.completion': { target: 'failed', actions: 'recordDefect' },
      },
    },
    checking: {
      always: [
        { guard: 'isSound', target: 'proposed' },
        { guard: 'mayAskAgain', target: 'completing', actions: 'reply' },
        { target: 'failed', actions: 'recordUnsoundPlan' },
      ],
    },
    proposed: { type: 'final', entry: 'tellProposed' },
    failed: { type: 'final', entry: 'tellFailed' },
  },
})
