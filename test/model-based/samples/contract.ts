import type { Samples } from '../../../runtime/testing/index.ts'
import { delivered } from '../../machines/world.ts'
import { content, cost, dated, done, failed, passedOn, workspace } from './values.ts'

const hour = 3_600_000

const contractBy = (executor: object, changes: object = {}) => ({
  directiveId: 'd',
  chainId: 'plan-g1',
  stepId: 'one-g1',
  terms: {
    id: 'd.one-g1',
    name: 'Fix it - one',
    type: 'implement',
    step: 'one',
    stepType: 'implement',
    generation: 1,
    phases: ['plan', 'execute'],
    goal: 'it works',
    plan: 'do one',
    executor,
    requirements: [],
    acceptanceCriteria: [],
  },
  initialPhase: 'plan',
  repository: null,
  timeoutMs: hour,
  models: { planner: [], agent: ['one'], judge: [] },
  onRateLimit: 'park',
  at: 0,
  ...changes,
})

const external = { kind: 'external', labels: ['gpu'], leaseSeconds: 60 }

const leased = (fence: number) => [
  { type: 'contract.claim', by: 'w1', labels: ['gpu'], claim: 'c1' },
  { type: 'contract.heartbeat', fence, message: 'half', spent: { from: 0, costs: [cost(0.1)] } },
  { type: 'contract.deliver', fence, delivery: null, summary: 'did', by: 'anna' },
  { type: 'contract.fail', fence, code: 'x.y', reason: 'z' },
  { type: 'contract.release', fence },
]

export const contract: Samples = {
  inputs: {
    command: contractBy({ kind: 'command', argv: ['true'] }),
    noop: contractBy({ kind: 'noop' }),
    agent: contractBy({
      kind: 'agent',
      preset: 'custom',
      argv: ['x'],
      args: [],
      prompt: 'stdin',
      output: 'text',
      pass: [],
      idleSeconds: 600,
    }),
    model: contractBy({ kind: 'model', maxTurns: 2, maxTokens: 100, maxOutputTokens: 20, pass: [] }),
    'model, without one': contractBy({ kind: 'model' }, { models: { planner: [], agent: [], judge: [] } }),
    external: contractBy(external),
    'external, for a short while': contractBy(external, { timeoutMs: 30_000 }),
    'external, idle': contractBy({ ...external, idleSeconds: 20 }),
    human: contractBy({ kind: 'human' }),
  },
  events: dated(({ context }) => [
    ...['start', 'interrupt', 'withhold', 'offer', 'accept', 'cancel'].map((order) => ({ type: `contract.${order}` })),
    ...(context.attempt < 3 ? [{ type: 'contract.rework', instructions: 'better', freshBase: false }] : []),
    { type: 'contract.progress', message: 'half' },
    { type: 'contract.phase', phase: 'execute' },
    { type: 'contract.cost', spent: { from: 0, costs: [cost(0.1)] } },
    { type: 'contract.session', session: JSON.stringify(content) },
    done('workspace', { ...workspace, setup: null }),
    failed('workspace'),
    done('contractor', { ...delivered('c'), costs: [cost(0.2)] }),
    done('contractor', {
      outcome: 'failed',
      code: 'x.y',
      reason: 'z',
      exitCode: 1,
      outputTail: '',
      session: null,
      costs: [],
    }),
    failed('contractor'),
    { type: 'agent.ended', outcome: 'delivered', summary: 'did', conversation: content },
    { type: 'agent.ended', outcome: 'failed', failure: { code: 'x.y', reason: 'z' } },
    failed('agent'),
    { type: 'budget.granted', usd: 1 },
    ...(context.fence < 4 ? leased(Math.max(1, context.fence)) : []),
    ...passedOn,
  ]),
  facts: ({ attempt, fence, withheld, concluded, handover, workspace: place }) => [
    ...[withheld, attempt, Math.min(fence, 3), concluded !== null, handover !== null, place !== null],
  ],
}
