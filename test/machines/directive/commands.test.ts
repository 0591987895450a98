import { afterEach, beforeEach, expect, test } from 'vitest'
import { chain, createWorld, delivered, file, gate, step, verified, type World } from '../world.ts'

let world: World
let work = gate()
beforeEach(() => (work = gate()))
afterEach(() => {
  work.open()
  world.close()
})

const usd = (amount: number | null) => ({
  model: 'm',
  tokens: { in: 10, out: 5, cached: 0, reasoning: 0 },
  usd: amount,
  source: amount === null ? 'unknown' : 'reported',
})

/** A directive whose first attempt of the first step waits for the gate. */
function waiting(changes: object = {}, activities = {}) {
  let calls = 0
  world = createWorld(file(changes), {
    contractor: async ({ contract }) => {
      if (calls++ === 0) await work.passed
      return delivered(`c-${contract.step}-${contract.attempt}`)
    },
    ...activities,
  })
  world.send({ type: 'directive.start' })
  return world.until((snapshot) => snapshot.matches({ working: 'executing' }), 'one-g1/contract')
}

test('a draft can be edited until it starts', () => {
  world = createWorld()
  world.send({ type: 'directive.update', changes: { title: 'Other', repository: undefined } })
  expect(world.context()).toMatchObject({ file: { title: 'Other' }, resultBranch: null })
  world.send({ type: 'directive.start' })
  world.send({ type: 'directive.update', changes: { title: 'Late' } })
  expect(world.context().file.title).toBe('Other')
})

test('pause lets running contracts finish and starts nothing new; resume goes on', async () => {
  await waiting()
  world.send({ type: 'directive.pause' })
  expect(world.value()).toEqual({ paused: 'held' })
  work.open()
  await world.until('passed', 'one-g1')
  expect(world.context().steps).toMatchObject({ one: { state: 'passed' }, two: { state: 'pending' } })
  world.send({ type: 'directive.resume' })
  await world.until('completed')
})

test('rework that falls into a pause waits for its end', async () => {
  await waiting(
    {},
    {
      verifier: ({ verifier, subject }: any) => verified(verifier, subject.commit === 'c-one-1' ? 'failed' : 'passed'),
    },
  )
  world.send({ type: 'directive.pause', mode: 'drain' })
  work.open()
  await world.until('rework', 'one-g1')
  world.send({ type: 'directive.resume' })
  await world.until('completed')
})

test('pause with interrupt cancels what runs and starts it again without counting rework', async () => {
  await waiting()
  world.send({ type: 'directive.pause', mode: 'interrupt' })
  expect(world.snapshotAt('one-g1').value).toBe('ready')
  expect(world.snapshotAt('one-g1/contract').value).toBe('queued')
  expect(world.snapshotAt('one-g1/contract').children).toEqual({})
  world.send({ type: 'directive.resume' })
  await world.until('completed')
  expect(world.called('contractor').map(({ contract }) => `${contract.step} ${contract.attempt}`)).toEqual([
    'one 1',
    'one 1',
    'two 1',
  ])
  expect(world.context().steps.one).toMatchObject({ reworkCount: 0 })
})

test.each(['draft', 'active', 'paused'])('stop fails a directive that is %s, at once and for ever', async (state) => {
  if (state === 'draft') world = createWorld()
  else await waiting()
  if (state === 'paused') world.send({ type: 'directive.pause' })
  world.send({ type: 'directive.stop', by: 'anna', reason: 'no longer wanted' })
  expect(world.context().outcome).toEqual({ code: 'directive.stopped', reason: 'no longer wanted' })
  expect(world.root.getSnapshot().status).toBe('done')
  if (state === 'draft') return
  expect(world.snapshotAt('one-g1')).toMatchObject({ value: 'skipped', context: { skipped: 'stopped' } })
  expect(world.snapshotAt('one-g1/contract').value).toBe('cancelled')
  expect(world.context().steps).toMatchObject({ one: { state: 'skipped' }, two: { state: 'skipped' } })
})

test('stop withdraws what was asked', async () => {
  world = createWorld(file({ chain: chain(step('one')) }), { verifier: ({ verifier }) => verified(verifier, 'flaky') })
  world.send({ type: 'directive.start' })
  await world.until('evaluating.awaitingApproval', 'one-g1')
  world.send({ type: 'directive.stop' })
  expect(world.snapshotAt('one-g1/approval-1').value).toBe('withdrawn')
})

test('cost beyond the limit trips the breaker: what runs drains, a person raises the limit, work goes on', async () => {
  await waiting({ limits: { maxTotalCostUsd: 1 }, chain: chain(step('one'), step('two', ['one'])) }, {})
  world
    .actorAt('one-g1/contract')
    .send({ type: 'contract.cost', spent: { from: 0, costs: [usd(1.5)] }, at: world.now() })
  expect(world.value()).toEqual({ paused: 'overLimit' })
  expect(world.types('breaker.tripped')[0]!.data).toMatchObject({ limit: 'cost', costUsd: 1.5 })
  work.open()
  await world.until('passed', 'one-g1')
  world.send({ type: 'directive.resume' })
  world.approve('approval-1')
  expect(world.value()).toEqual({ paused: 'overLimit' })
  world.approve('approval-1', { limits: { maxTotalCostUsd: 5 } })
  await world.until('completed')
  expect(world.context().totals).toMatchObject({ costUsd: 1.5, tokens: 15, unknownCosts: 0 })
})

test('a denied limit fails the directive with the limit as its outcome', async () => {
  await waiting({ limits: { maxTotalCostUsd: 1 } })
  world.actorAt('one-g1/contract').send({ type: 'contract.cost', spent: { from: 0, costs: [usd(1)] }, at: world.now() })
  world.send({ type: 'approval.deny', by: 'anna' }, 'approval-1')
  expect(world.context().outcome).toMatchObject({ code: 'limit.cost_exceeded' })
})

test('with onLimit fail the breaker ends the directive', async () => {
  await waiting({ limits: { maxTotalCostUsd: 1, onLimit: 'fail' } })
  world.actorAt('one-g1/contract').send({ type: 'contract.cost', spent: { from: 0, costs: [usd(2)] }, at: world.now() })
  expect(world.context().outcome).toMatchObject({ code: 'limit.cost_exceeded' })
})

test('unknown cost is counted, not added', async () => {
  await waiting()
  world
    .actorAt('one-g1/contract')
    .send({ type: 'contract.cost', spent: { from: 0, costs: [usd(null)] }, at: world.now() })
  expect(world.context().totals).toMatchObject({ costUsd: 0, unknownCosts: 1 })
  expect(world.snapshotAt('one-g1/contract').context.ledger).toEqual([
    { ...usd(null), directive: 'd', step: 'one', activity: 'contractor', attempt: 1 },
  ])
})

test('wall time beyond the limit trips the breaker, however long a person took before', async () => {
  await waiting({ limits: { maxWallTimeMinutes: 10 } })
  world.clock.increment(4 * 60_000)
  world.send({ type: 'directive.pause' })
  const { wallTimeMs } = world.context().totals
  expect(Math.round(wallTimeMs / 1000)).toBe(240)
  world.clock.increment(60 * 60_000)
  world.send({ type: 'directive.resume' })
  world.clock.increment(5 * 60_000)
  expect(world.value()).toHaveProperty('active')
  world.clock.increment(60_000)
  expect(world.value()).toEqual({ paused: 'overLimit' })
  expect(world.context().totals.wallTimeMs).toBe(10 * 60_000)
  world.approve('approval-1', { limits: { maxWallTimeMinutes: 20 } })
  work.open()
  await world.until('completed')
})

test('wall time with onLimit fail ends the directive', async () => {
  await waiting({ limits: { maxWallTimeMinutes: 1, onLimit: 'fail' } })
  world.clock.increment(60_000)
  expect(world.context().outcome).toMatchObject({ code: 'limit.wall_time_exceeded' })
})

test('an attempt that never comes back is failed by the durable timer', async () => {
  await waiting({ limits: { stepTimeoutMinutes: 30 } })
  world.clock.increment(35 * 60_000)
  await world.until('completed')
  expect(world.called('contractor')[1].contract.instructions).toContain('executor.timed_out')
  expect(world.context().steps.one).toMatchObject({ reworkCount: 1 })
})

test('replan carries passed steps over, abandons what runs and runs what is new or changed', async () => {
  world = createWorld(file({ chain: chain(step('zero'), step('one', ['zero'])) }), {
    contractor: async ({ contract }) => {
      if (contract.step === 'one') await work.passed
      return delivered(`c-${contract.step}`)
    },
  })
  world.send({ type: 'directive.start' })
  await world.until((snapshot) => snapshot.context.steps.one?.state === 'running')
  world.send({ type: 'directive.replan', reason: 'another way', chain: chain(step('zero'), step('end', ['zero'])) })
  expect(world.snapshotAt('one-g1')).toMatchObject({ value: 'skipped', context: { skipped: 'superseded' } })
  expect(world.snapshotAt('one-g1/contract').value).toBe('cancelled')
  await world.until('completed')
  expect(world.snapshotAt('zero-g2')).toMatchObject({ value: 'passed', context: { hasContract: false } })
  expect(world.called('contractor').filter(({ contract }) => contract.step === 'zero')).toHaveLength(1)
  expect(world.context()).toMatchObject({ chainGeneration: 2, chainId: 'plan-g2' })
})

test('replan without a chain is not taken from a file', async () => {
  await waiting()
  world.send({ type: 'directive.replan', reason: 'hm' })
  expect(world.value()).toHaveProperty('active')
})

test('start while paused plans the same chain anew and keeps passed steps', async () => {
  await waiting()
  work.open()
  await world.until('passed', 'one-g1')
  world.send({ type: 'directive.pause', mode: 'interrupt' })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(world.context().chainGeneration).toBe(2)
  expect(world.called('contractor').filter(({ contract }) => contract.step === 'one')).toHaveLength(1)
})

test('models that a change of the draft names replace those it was created with, the others stay', () => {
  world = createWorld(file(), {}, { planner: ['p'], agent: ['a'], judge: ['j'] })
  world.send({ type: 'directive.update', changes: { model: { agent: ['b', 'c'], judge: 'k', onRateLimit: 'park' } } })
  expect(world.context().models).toEqual({ planner: ['p'], agent: ['b', 'c'], judge: ['k'] })
  world.send({ type: 'directive.update', changes: { title: 'Other' } })
  world.send({ type: 'directive.update', changes: { model: { planner: 'q', onRateLimit: 'park' } } })
  expect(world.context().models).toEqual({ planner: ['q'], agent: ['b', 'c'], judge: ['k'] })
})
