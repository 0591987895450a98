import { type AnyEventObject } from 'xstate'
import type { Circumstances, Samples } from '../../../runtime/testing/index.ts'
import { chain, file, step as stepOf, verified } from '../../machines/world.ts'
import { answer, cost, dated, done, failed, passedOn, verifier } from './values.ts'

const one = chain(stepOf('one'))
const unsound = chain(stepOf('one', ['one']))
const criteria = { acceptanceCriteria: [{ id: 'AC1', text: 'it works', requirementIds: [] }] }
const limits = { maxTotalCostUsd: 5, maxWallTimeMinutes: 1, maxFailedSteps: 1, maxChainRegenerations: 1 }

const input = (changes: object = {}, models: object = {}) => ({
  id: 'd',
  file: file({ chain: one, limits, ...changes }),
  createdAt: 0,
  models: { planner: ['m'], agent: ['m'], judge: [], ...models },
})

const result = { description: 'do it', commit: 'c', mergeCommit: 'm', score: 1, level: 'green', summary: 'green' }
const blocked = { failure: { summary: 'red', instructions: 'better' } }

const changed = (generation: number, state: string, changes: object = {}) => ({
  type: 'step.changed',
  name: 'one',
  generation,
  state,
  waiting: false,
  reworkCount: 0,
  confidence: { score: 1, level: 'green' },
  result: null,
  failure: null,
  ...changes,
})

/** A step tells where it is only while its directive does not know better. */
const news = ({ context }: Circumstances): AnyEventObject[] => {
  const { state } = context.steps.one ?? {}
  const generation = context.chainGeneration
  const ended = changed(generation, 'passed', { result })
  if (state === 'running') {
    const waits = changed(generation, 'evaluating', { waiting: true })
    return [ended, changed(generation, 'blocked', blocked), changed(generation, 'skipped'), waits]
  }
  if (state === 'evaluating') return [ended, changed(generation, 'blocked', blocked)]
  return state === 'blocked' ? [changed(generation, 'rework'), changed(generation, 'skipped')] : []
}

const entry = (usd: number) => ({ ...cost(usd), directive: 'd', step: null, activity: 'planner', attempt: 1 })

const reservation = (asker: string, activity: string) => ({
  ...{ type: 'budget.reserve', id: `${asker}/completion`, usd: 1, model: 'm', asker, step: null, activity, attempt: 1 },
})

/** One reservation at a time, by whoever is there to hear of it. */
const money = ({ context, children }: Circumstances): AnyEventObject[] => {
  const { granted, waiting } = context.budget
  const [asker] = ['planner', 'one-g1'].filter((id) => children.includes(id))
  const isAsked = granted.length + waiting.length > 0 || asker === undefined
  const spent = context.totals.costUsd > 0
  return [
    ...(isAsked ? [] : [reservation(asker, asker === 'planner' ? 'planner' : 'agent')]),
    ...(spent ? [] : [{ type: 'step.spent', settled: null, costs: [cost(9)] }]),
    ...(spent ? [] : [{ type: 'budget.settle', id: `${asker}/completion`, entries: [entry(9)] }]),
  ]
}

const answers = ({ context }: Circumstances): AnyEventObject[] =>
  [
    answer('approved', 'accept'),
    answer('approved', 'accept', { chain: one }),
    answer('approved', 'accept', { chain: unsound }),
    ...['retry', 'skip', 'stop'].map((choice) => answer('approved', choice)),
    ...(context.chainGeneration < 2 ? [answer('approved', 'replan', { chain: one })] : []),
    answer('approved', 'raise', { limits: { maxTotalCostUsd: 100, maxWallTimeMinutes: 100 } }),
    answer('changes_requested'),
    answer('denied'),
  ].map((given) => ({ type: 'approval.resolved', id: `d:${context.openApproval}`, answer: given }))

const commands = ({ context }: Circumstances): AnyEventObject[] => [
  { type: 'directive.start' },
  { type: 'directive.update', changes: { title: 'Fix it well' } },
  { type: 'directive.pause', mode: 'interrupt' },
  { type: 'directive.resume' },
  { type: 'directive.stop', reason: 'enough' },
  ...(context.chainGeneration < 2 ? [{ type: 'directive.replan', reason: 'better', chain: one }] : []),
]

const plans: AnyEventObject[] = [
  { type: 'plan.proposed', chain: one, rationale: 'so', planningModel: 'm' },
  { type: 'plan.proposed', chain: unsound, rationale: 'so', planningModel: 'm' },
  { type: 'plan.failed', failure: { code: 'x.y', reason: 'z' } },
]

/** A planner that waits for budget says nothing before it has it. */
const planning = ({ context: { source, budget } }: Circumstances): AnyEventObject[] => [
  done('planner', { chain: one, source, rationale: 'so', planningModel: null, costs: [cost(0.1)] }),
  failed('planner'),
  ...(budget.waiting.length === 0 ? plans : []),
  { type: 'chain.recalled', chain: one },
  { type: 'person.awaited' },
  { type: 'person.answered' },
]

const review: AnyEventObject[] = [
  done('detector', { verifiers: [verifier], tamperPaths: [] }),
  failed('detector'),
  done('verifier', verified(verifier)),
  done('verifier', verified(verifier, 'failed')),
  failed('verifier'),
  { type: 'judge.concluded', judgement: { verdicts: [], model: 'j', failure: null } },
  failed('judge'),
  done('publisher', { url: 'https://example.org/pulls/1', number: 1, commit: 'c', created: true }),
  failed('publisher'),
  done('cleaner', { removed: [], kept: [] }),
  failed('cleaner'),
]

const merges: AnyEventObject[] = ['merge.request', 'merge.release'].map((type) => ({ type, stepId: 'one-g1' }))

/** What only a step's actor can say or do. */
const fromStep = ({ children }: Circumstances) => (children.includes('one-g1') ? [...merges, failed('one-g1')] : [])

export const directive: Samples = {
  inputs: {
    'with a chain': input(),
    'without a repository': input({ repository: undefined, chain: chain(stepOf('one', [], { verifiers: [] })) }),
    'on its own': input({ autonomy: 'full_auto', pullRequest: {} }),
    'step by step': input({ autonomy: 'manual' }),
    'failing at a limit': input({ limits: { ...limits, onLimit: 'fail' } }),
    'planned by a model': input({ chain: undefined, ...criteria }, { judge: ['j'] }),
    'planned by a model, failing at a limit': input({ chain: undefined, limits: { ...limits, onLimit: 'fail' } }),
    'planned by nobody': input({ chain: undefined }, { planner: [] }),
    'planned by a template': input({ planner: 'template', executor: { kind: 'noop' }, chain: undefined }),
    unlimited: input({ limits: {} }),
  },
  events: dated((here) => [
    ...commands(here),
    ...news(here),
    ...money(here),
    ...answers(here),
    ...planning(here),
    ...review,
    ...fromStep(here),
    passedOn[2]!,
  ]),
  facts: ({ steps, planning, review, ...context }) => [
    ...Object.values(steps).map(({ state, waiting, defect, verifiers }: any) => [state, waiting, defect, verifiers]),
    ...[planning.problems.length, planning.approved, planning.feedback.length, planning.thinking],
    ...[planning.before !== null, planning.given !== null, review.judging, review.judgement !== null],
    ...[review.checks?.left.length, review.evaluation?.level, context.chainGeneration, context.blockedEntries],
    ...[context.totals.costUsd > 5, context.exceeded, context.attention?.code, context.asked],
    ...[context.openApproval !== null, context.budget.waiting.length, context.file.limits.maxTotalCostUsd],
  ],
}
