import { createActor, fromPromise, SimulatedClock } from 'xstate'
import { expect, test } from 'vitest'
import { machines } from '../../../machines/index.ts'
import type { ContractInput } from '../../../machines/contract/schema.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { delivered, gate } from '../world.ts'

const { machine } = machines.contract

const input: ContractInput = {
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
    executor: { kind: 'command', argv: ['true'], idleSeconds: 30 },
    requirements: [],
    acceptanceCriteria: [],
  },
  initialPhase: 'plan',
  repository: null,
  timeoutMs: 60_000,
  at: 1000,
}

const cost = { model: 'm', tokens: { in: 1, out: 2, cached: 0, reasoning: 0 }, usd: 0.5, source: 'reported' } as const
const workspace = { at: 2000, path: '/w', branch: null, baseCommit: null, setup: { ok: false, outputTail: 'no npm' } }
const failed = {
  outcome: 'failed',
  at: 3000,
  code: 'executor.exited',
  reason: 'exit code 3',
  exitCode: 3,
  outputTail: 'boom',
  session: 's1',
  costs: [cost],
}
const rework = { type: 'contract.rework', at: 4000, instructions: 'again', freshBase: true } as const

const events = [
  { type: 'contract.start', at: 1 },
  { type: 'contract.interrupt', at: 1 },
  rework,
  { type: 'contract.accept', at: 1 },
  { type: 'contract.cancel', at: 1 },
  { type: 'contract.progress', at: 1, message: 'half', percent: 50 },
  { type: 'contract.phase', at: 1, phase: 'execute' },
  { type: 'contract.cost', at: 1, cost },
  { type: 'xstate.done.actor.workspace', output: workspace },
  { type: 'xstate.error.actor.workspace', error: { code: 'repository.missing', message: 'gone' } },
  { type: 'xstate.done.actor.contractor', output: { at: 3000, ...delivered('c1') } },
  { type: 'xstate.done.actor.contractor', output: failed },
  { type: 'xstate.error.actor.contractor', error: 'torn' },
  { type: 'xstate.after.attemptTimeout.contract.working' },
]
const key = ({ attempt }: any) => Math.min(attempt, 2)

test('every state can be reached', () => {
  expect(reachedStates(machine, [{ input, events, key }]).missing).toEqual([])
  expect(waysToFinalStates(machine, { input, events, key })).toEqual({
    cancelled: ['contract.cancel'],
    accepted: ['contract.start', 'xstate.done.actor.workspace', 'xstate.done.actor.contractor', 'contract.accept'],
  })
})

/** The machine alone, its activities answered by hand. */
function contract() {
  const answers = { workspace: gate<any>(), contractor: gate<any>() }
  const inputs: Record<string, any[]> = { workspace: [], contractor: [] }
  const fake = (name: 'workspace' | 'contractor') =>
    fromPromise(({ input: given }) => {
      inputs[name]!.push(given)
      answers[name] = gate()
      return answers[name].passed
    })
  const clock = new SimulatedClock()
  const actor = createActor(
    machine.provide({ actors: { workspace: fake('workspace'), contractor: fake('contractor') } as never }),
    { input, clock },
  )
  const told: any[] = []
  actor.on('*', (event) => told.push(event))
  actor.start()
  return {
    actor,
    clock,
    told,
    inputs,
    async answer(name: 'workspace' | 'contractor', output: unknown) {
      answers[name].open(output)
      await answers[name].passed
      await Promise.resolve()
    },
    context: () => actor.getSnapshot().context,
    value: () => actor.getSnapshot().value,
  }
}

test('rework keeps the session and the workspace, adds an attempt and begins at the first phase', async () => {
  const { actor, answer, context, value, inputs } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  actor.send({ type: 'contract.phase', at: 1500, phase: 'execute' })
  await answer('contractor', failed)
  expect(value()).toBe('failed')
  expect(context()).toMatchObject({
    phase: 'execute',
    failure: { code: 'executor.exited', outputTail: 'boom' },
    now: 3000,
  })
  actor.send(rework)
  expect(context()).toMatchObject({ attempt: 2, phase: 'plan', failure: null, session: 's1', instructions: 'again' })
  actor.send({ type: 'contract.start', at: 1 })
  expect(inputs.workspace![1]).toMatchObject({ attempt: 2, freshBase: true, contractId: 'd.one-g1' })
  await answer('workspace', workspace)
  expect(inputs.contractor![1]).toMatchObject({
    session: 's1',
    idleMs: 30_000,
    timeoutMs: 60_000,
    contract: { attempt: 2, instructions: 'again', phase: 'plan', plan: 'do one' },
  })
  actor.stop()
})

test('an interruption gives up the attempt, not the contract, and is no rework', async () => {
  const { actor, answer, context, value, inputs } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  actor.send({ type: 'contract.interrupt', at: 2500 })
  expect(value()).toBe('queued')
  expect(actor.getSnapshot().children).toEqual({})
  actor.send({ type: 'contract.start', at: 1 })
  expect(context()).toMatchObject({ attempt: 1, now: 2500 })
  expect(inputs.workspace).toHaveLength(2)
  actor.stop()
})

test('what an attempt reports is kept and told: progress, phase and cost', async () => {
  const { actor, answer, context, told } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  actor.send({ type: 'contract.progress', at: 2100, message: 'half', percent: 50 })
  actor.send({ type: 'contract.progress', at: 2200, message: 'more' })
  actor.send({ type: 'contract.phase', at: 2300, phase: 'execute' })
  actor.send({ type: 'contract.cost', at: 2400, cost: { ...cost, usd: null, source: 'unknown' } })
  await answer('contractor', { at: 5000, ...delivered('c1'), costs: [cost] })
  expect(context()).toMatchObject({
    progress: { message: 'more' },
    now: 5000,
    ledger: [{ usd: null }, { usd: 0.5, step: 'one' }],
  })
  expect(told.map(({ type, data }) => [type, data.message])).toEqual([
    ['contract.progress', 'half'],
    ['contract.progress', 'more'],
    ['contract.progress', 'phase execute'],
    ['cost.incurred', 'an unknown amount for contractor of one'],
    ['cost.incurred', '$0.5 for contractor of one'],
  ])
})

test('a failed workspace or a lost contractor fails the attempt with its reason', async () => {
  const first = contract()
  first.actor.send({ type: 'contract.start', at: 1 })
  first.actor.send({ type: 'xstate.error.actor.workspace', error: new Error('gone'), actorId: 'workspace' })
  expect(first.context().failure).toEqual({ code: 'workspace.failed', reason: 'gone', outputTail: '', exitCode: null })
  const second = contract()
  second.actor.send({ type: 'contract.start', at: 1 })
  await second.answer('workspace', workspace)
  second.actor.send({ type: 'xstate.error.actor.contractor', error: 'torn', actorId: 'contractor' })
  expect(second.context().failure).toMatchObject({ code: 'contractor.failed', reason: 'torn' })
})

test('an attempt that never comes back is failed after its limit and five minutes of grace', () => {
  const { actor, clock, value, context } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  clock.increment(60_000 + 5 * 60_000 - 1)
  expect(value()).toEqual({ working: 'preparing' })
  clock.increment(1)
  expect(value()).toBe('failed')
  expect(context().failure).toMatchObject({
    code: 'executor.timed_out',
    reason: 'nothing was delivered within 1 minutes',
  })
})

test('an executor that is no command has no idle limit', async () => {
  const { actor, answer, inputs } = contract()
  actor.stop()
  expect(inputs.contractor).toEqual([])
  const noop = { ...input, terms: { ...input.terms, executor: { kind: 'noop' as const } } }
  const [seen, go] = [gate<any>(), fromPromise(async () => workspace)]
  const contractor = fromPromise(async ({ input: given }) => {
    seen.open(given)
    return new Promise(() => {})
  })
  const other = createActor(machine.provide({ actors: { workspace: go, contractor } as never }), {
    input: noop,
  }).start()
  other.send({ type: 'contract.start', at: 1 })
  expect(await seen.passed).toMatchObject({ idleMs: null })
  expect(other.getSnapshot().context.executedBy).toBe('noop:d.one-g1')
  other.stop()
  await answer('workspace', workspace)
})
