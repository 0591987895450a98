import { passOn } from '../parent.ts'
import { base } from './base.ts'
import { calling } from './calling.ts'
import type { CompletionContext, CompletionEvent, CompletionInput } from './schema.ts'
import { parkedFor, waiting } from './waiting.ts'

type Scope = { context: CompletionContext; event: CompletionEvent }

const comesOut = ({ event }: Scope, outcome: string): boolean =>
  event.type === 'xstate.done.actor.model' && event.output.outcome === outcome

const chooses = ({ event }: Scope, choice: string): boolean =>
  event.type === 'approval.resolved' && event.answer.decision === 'approved' && event.answer.choice === choice

const completionSetup = base.extend({
  actions: { ...calling, ...waiting, passOn: base.enqueueActions(passOn) },
  guards: {
    hasNoModelLeft: ({ context }: Scope) => context.left.length === 0,
    isAnswered: (scope: Scope) => comesOut(scope, 'answered'),
    isLimitedAndParks: (scope: Scope) => comesOut(scope, 'limited') && scope.context.onRateLimit === 'park',
    isLimitedAndAsks: (scope: Scope) => comesOut(scope, 'limited') && scope.context.onRateLimit === 'ask',
    choosesToWait: (scope: Scope) => chooses(scope, 'wait'),
    choosesNextModel: (scope: Scope) => chooses(scope, 'next_model'),
  },
  delays: { limitReset: ({ context }) => parkedFor(context) },
})

const contextOf = (input: CompletionInput): CompletionContext => ({
  ...input,
  kind: 'completion',
  left: input.models,
  answer: null,
  failures: [],
  limit: null,
  parks: 0,
  costs: [],
  workedMs: 0,
  openApproval: null,
  now: input.at,
})

/** One question to a model: reserved, asked, settled; over rate limits, and over to the next model where one fails. */
export const completionMachine = completionSetup.createMachine({
  id: 'completion',
  description: 'One question to a model. Budget is reserved before each call and settled after it.',
  context: ({ input }) => contextOf(input),
  initial: 'choosing',
  on: { 'notice.raised': { actions: 'passOn' } },
  states: {
    choosing: { always: [{ guard: 'hasNoModelLeft', target: 'failed' }, { target: 'reserving' }] },
    reserving: {
      description: 'Waits until the directive grants what the call may cost',
      entry: 'requestBudget',
      on: {
        'budget.granted': 'calling',
        'budget.refused': { target: 'choosing', actions: 'giveModelUp' },
      },
    },
    calling: {
      tags: ['busy'],
      meta: { activity: 'model' },
      entry: 'startModel',
      exit: 'stopModel',
      on: {
        'xstate.done.actor.model': [
          { guard: 'isAnswered', target: 'answered', actions: ['settle', 'recordAnswer'] },
          { guard: 'isLimitedAndParks', target: 'parked', actions: ['settle', 'recordLimit'] },
          { guard: 'isLimitedAndAsks', target: 'asking', actions: ['settle', 'recordLimit'] },
          { target: 'choosing', actions: ['settle', 'giveModelUp'] },
        ],
        'xstate.error.actor.model': { target: 'choosing', actions: ['settle', 'giveModelUp'] },
      },
    },
    parked: {
      description: "Waits for the provider's rate limit to reset",
      tags: ['parked'],
      entry: 'announcePark',
      after: { limitReset: 'reserving' },
    },
    asking: {
      description: 'A person decides whether to wait for the rate limit',
      tags: ['waiting'],
      entry: 'requestDecision',
      on: {
        'approval.resolved': [
          { guard: 'choosesToWait', target: 'parked', actions: 'recordDecision' },
          { guard: 'choosesNextModel', target: 'choosing', actions: ['recordDecision', 'giveModelUp'] },
          { target: 'choosing', actions: ['recordDecision', 'giveModelUp', 'forgetModels'] },
        ],
      },
    },
    answered: { type: 'final', entry: 'tellAnswered' },
    failed: { type: 'final', entry: 'tellFailed' },
  },
})
