import { expect, test } from 'vitest'
import {
  type DirectiveContext,
  DirectiveFile,
  machines,
  PullRequest,
  type VerifierSpec,
} from '../../../machines/index.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { chain, file, step, verified } from '../world.ts'

const { machine } = machines.directive
const at = 2_000_000_000_000
const plan = chain(step('one'))

const stepChanged = (name: string, state: string, changes: object = {}) => ({
  type: 'step.changed',
  at,
  name,
  generation: 1,
  state,
  waiting: false,
  reworkCount: 0,
  confidence: { score: 1, level: 'green' },
  result: null,
  failure: null,
  ...changes,
})
const stepEvents = [
  stepChanged('one', 'passed'),
  stepChanged('one', 'blocked', { failure: { summary: 'red', instructions: 'mend it' } }),
  stepChanged('one', 'evaluating', { waiting: true }),
]

const answers = [
  ['approved', 'accept'],
  ['approved', 'retry'],
  ['approved', 'skip'],
  ['approved', 'replan'],
  ['approved', 'stop'],
  ['changes_requested', null],
  ['denied', null],
].map(([decision, choice]) => ({
  type: 'approval.resolved',
  id: 'd:approval-1',
  at,
  answer: {
    decision,
    choice,
    respondedBy: 'anna',
    comment: 'because',
    resolvedAt: at,
    ...(choice === 'replan' && { chain: plan }),
  },
}))

const spec: VerifierSpec = {
  name: 'test',
  type: 'command',
  argv: ['x'],
  weight: 1,
  required: true,
  timeoutSeconds: 9,
  rerun: true,
  why: 'found',
}
const planned = (steps: object[]) => ({
  type: 'xstate.done.actor.planner',
  output: { at, chain: chain(...steps), source: 'template', costs: [] },
})

const events = [
  { type: 'directive.start', at },
  { type: 'directive.pause', at, mode: 'drain' },
  { type: 'directive.resume', at },
  { type: 'directive.stop', at, reason: 'enough' },
  { type: 'directive.replan', at, reason: 'other', chain: plan },
  { type: 'chain.recalled', chain: plan },
  planned([step('one')]),
  planned([step('one', ['nowhere'])]),
  { type: 'xstate.error.actor.planner', error: new Error('no answer') },
  { type: 'plan.proposed', at, chain: plan, rationale: 'so', planningModel: 'm' },
  { type: 'plan.proposed', at, chain: chain(step('one', ['nowhere'])), rationale: 'so', planningModel: 'm' },
  { type: 'plan.failed', at, failure: { code: 'model.refused', reason: 'no' } },
  { type: 'judge.concluded', at, judgement: { verdicts: [], model: 'j', failure: null } },
  { type: 'xstate.error.actor.judge', error: new Error('broken') },
  ...stepEvents,
  {
    type: 'step.spent',
    at,
    costs: [{ model: null, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: 9, source: 'reported' }],
  },
  ...answers,
  { type: 'xstate.done.actor.detector', output: { at, verifiers: [spec], tamperPaths: [] } },
  { type: 'xstate.error.actor.detector', error: new Error('no git') },
  { type: 'xstate.done.actor.verifier', output: { at, ...verified(spec) } },
  { type: 'xstate.done.actor.verifier', output: { at, ...verified(spec, 'failed') } },
  { type: 'xstate.error.actor.verifier', error: new Error('no disk') },
  { type: 'xstate.done.actor.publisher', output: { at, url: 'u', number: 1, commit: 'c', created: true } },
  { type: 'xstate.error.actor.publisher', error: new Error('no remote') },
  { type: 'xstate.done.actor.cleaner', output: { at, removed: [], kept: [] } },
  { type: 'xstate.error.actor.cleaner', error: new Error('busy') },
  { type: 'xstate.after.wallTimeLeft.directive.active.wallTime.running.limited' },
]

const key = (context: DirectiveContext) => [
  context.chainGeneration,
  Object.values(context.steps).map(({ state, waiting }) => state + waiting),
  context.approvals,
  context.openApproval !== null,
  Math.min(context.blockedEntries, 2),
  context.planning.problems.length > 0,
  Math.min(context.planning.attempts, 3),
  context.planning.approved,
  context.planning.thinking,
  context.totals.costUsd > 0,
  context.review.checks?.left.length,
  context.review.judgement !== null,
  context.review.evaluation?.level,
  context.attention?.code,
]

const within = ({ chainGeneration, approvals, blockedEntries }: DirectiveContext) =>
  chainGeneration <= 1 && approvals <= 1 && blockedEntries <= 1

const small = (changes: object) => {
  const { limits, ...rest } = changes as { limits?: object }
  return DirectiveFile.parse({ ...file({ chain: plan }), ...rest, limits: { maxFailedSteps: 1, ...limits } })
}
// Each looks at one side of the machine, with the events that belong to it: all at once would be a walk of minutes.
const looks: [changes: object, types: RegExp][] = [
  [{}, /^(directive|chain|step|approval|xstate)\.(?!spent|after|.*planner)/],
  [
    { autonomy: 'manual', chain: undefined, planner: 'template', executor: { kind: 'noop' } },
    /start|resume|planner|approval|changed|done/,
  ],
  [
    { chain: undefined, limits: { maxChainRegenerations: 1 } },
    /start|resume|plan\.|planner|approval|changed|recalled|done/,
  ],
  [{ acceptanceCriteria: [{ id: 'AC1', text: 'it works' }] }, /start|pause|resume|replan|changed|judge|done/],
  [{ pullRequest: PullRequest.parse({}) }, /start|resume|changed|done|publisher/],
  [{ limits: { maxTotalCostUsd: 5, maxWallTimeMinutes: 5 } }, /start|resume|changed|spent|after|approval/],
  [
    { repository: undefined, limits: { maxTotalCostUsd: 5, maxWallTimeMinutes: 5, onLimit: 'fail' } },
    /start|changed|spent|after/,
  ],
]
const explorations = looks.map(([changes, types]) => ({
  input: { id: 'd', file: small(changes), createdAt: 1, models: { planner: ['m'], agent: [], judge: ['j'] } },
  events: events.filter(({ type }) => types.test(type)),
  key,
  within,
}))

test('every state can be reached', () => {
  expect(reachedStates(machine, explorations).missing).toEqual([])
}, 90_000)

test('the shortest ways to the ends are those of the specification', () => {
  expect(waysToFinalStates(machine, explorations[0]!)).toEqual({
    failed: ['directive.stop'],
    completed: [
      'directive.start',
      'step.changed',
      'xstate.done.actor.detector',
      'xstate.done.actor.verifier',
      'xstate.done.actor.cleaner',
    ],
  })
})
