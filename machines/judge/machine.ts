import { actions, base } from './actions.ts'
import { guards } from './guards.ts'
import type { JudgeContext, JudgeTerms } from './schema.ts'

const judgeSetup = base.extend({ actions, guards })

const contextOf = ({ at, ...terms }: JudgeTerms): JudgeContext => ({
  kind: 'judge',
  terms,
  directiveId: terms.brief.directiveId,
  address: terms.address,
  purpose: 'judge',
  models: terms.brief.models,
  onRateLimit: terms.onRateLimit,
  ledger: terms.ledger,
  place: terms.place,
  brief: null,
  append: [],
  answer: null,
  verdicts: null,
  problems: [],
  judgement: null,
  now: at,
})

/** A conversation with a model about what was delivered, that ends with a verdict on every criterion, or without one. */
export const judgeMachine = judgeSetup.createMachine({
  id: 'judge',
  description: 'Asks a model about acceptance criteria. What it says counts as far as what it cites is in the diff.',
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
      description: 'The diff and the evidence, as data: put into words',
      tags: ['busy'],
      meta: { activity: 'briefer' },
      entry: 'startBriefer',
      exit: 'stopBriefer',
      on: {
        'xstate.done.actor.briefer': { target: 'completing', actions: 'recordBrief' },
        'xstate.error.actor.briefer': { target: 'concluded', actions: 'recordBriefingFailure' },
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
          { target: 'concluded', actions: 'recordFailure' },
        ],
        'xstate.error.actor.completion': { target: 'concluded', actions: 'recordDefect' },
      },
    },
    checking: {
      always: [
        { guard: 'isSound', target: 'concluded', actions: 'recordVerdicts' },
        { guard: 'mayAskAgain', target: 'completing', actions: 'reply' },
        { guard: 'isReadable', target: 'concluded', actions: 'recordVerdicts' },
        { target: 'concluded', actions: 'recordUnreadable' },
      ],
    },
    concluded: { type: 'final', entry: 'tellConcluded' },
  },
})
