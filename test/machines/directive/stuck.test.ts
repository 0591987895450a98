import { afterEach, expect, test } from 'vitest'
import { chain, createWorld, file, planned, said, step, verified, type World } from '../world.ts'

let world: World
afterEach(() => world.close())

/** One step that stays red until `mended`, and one that waits for it. */
async function stuck(changes: object = {}, planner = {}) {
  const mended = { now: false }
  const stuckFile = file({
    chain: chain(step('one'), step('two', ['one'])),
    limits: { maxReworkCycles: 0, maxFailedSteps: 5, ...(changes as any).limits },
    ...(({ limits: _, ...rest }: any) => rest)(changes),
  })
  world = createWorld(stuckFile, {
    verifier: ({ verifier, step: name }) => verified(verifier, name === 'one' && !mended.now ? 'failed' : 'passed'),
    ...planner,
  })
  world.send({ type: 'directive.start' })
  await world.until((snapshot) => snapshot.context.blockedEntries > 0 && snapshot.context.openApproval !== null)
  return mended
}

test('a blocked step nobody can go round asks for a way out, and wall time stands still', async () => {
  await stuck()
  expect(world.value()).toEqual({ active: { work: 'stuck', wallTime: 'still' } })
  expect(world.types('step.blocked')).toHaveLength(1)
  expect(world.types('approval.required')[0]!.data).toMatchObject({
    type: 'chain_stuck',
    choices: ['retry', 'skip', 'replan', 'stop'],
  })
})

test('retry gives the blocked step another attempt with the words of the person', async () => {
  const mended = await stuck()
  mended.now = true
  world.approve('approval-1', { comment: 'the disk was full' })
  await world.until('completed')
  expect(world.called('contractor')[1].contract).toMatchObject({ attempt: 2 })
  expect(world.called('contractor')[1].contract.instructions).toContain('the disk was full')
})

test('a retry that fails again is stuck again', async () => {
  await stuck()
  world.approve('approval-1')
  await world.until((snapshot) => snapshot.context.openApproval === 'approval-2')
  expect(world.context().steps.one).toMatchObject({ state: 'blocked', reworkCount: 1 })
})

test('skip lets the steps that wait for it go on', async () => {
  await stuck()
  world.approve('approval-1', { choice: 'skip' })
  await world.until('completed')
  expect(world.snapshotAt('one-g1').value).toBe('skipped')
  expect(world.snapshotAt('one-g1/contract').value).toBe('cancelled')
  expect(world.context().steps).toMatchObject({ one: { state: 'skipped' }, two: { state: 'passed' } })
})

test('replan needs a chain from a person when no model plans', async () => {
  await stuck()
  world.approve('approval-1', { choice: 'replan' })
  expect(world.value().active.work).toBe('stuck')
  world.approve('approval-1', { choice: 'replan', chain: chain(step('other'), step('two', ['other'])) })
  await world.until('completed')
  expect(Object.keys(world.context().steps)).toEqual(['other', 'two'])
  expect(world.snapshotAt('one-g1').context.skipped).toBe('superseded')
  expect(world.snapshotAt('two-g1').value).toBe('skipped')
  expect(world.snapshotAt('chain.1')).toMatchObject({ value: 'superseded', context: { supersededBy: 'plan-g2' } })
  expect(world.snapshotAt('chain.2').context.difference).toEqual({
    added: ['other'],
    removed: ['one'],
    changed: ['two'],
    unchanged: [],
  })
  expect(world.types('chain.regenerated')).toHaveLength(1)
})

test('stop fails the directive and skips what is unfinished', async () => {
  await stuck()
  world.approve('approval-1', { choice: 'stop', comment: 'enough' })
  expect(world.context()).toMatchObject({ outcome: { code: 'directive.stopped', reason: 'enough' } })
  expect(world.snapshotAt('two-g1').context.skipped).toBe('stopped')
  expect(world.types('directive.failed')).toHaveLength(1)
})

test('a person may also act on the step itself: the question is withdrawn', async () => {
  const mended = await stuck()
  mended.now = true
  world.send({ type: 'step.retry', by: 'anna' }, 'one-g1')
  expect(world.snapshotAt('approval-1').value).toBe('withdrawn')
  await world.until('completed')
})

test('a person may approve a blocked step with a reason: it is merged as it is', async () => {
  await stuck({}, {})
  world.send({ type: 'step.approve', by: 'anna', reason: 'the verifier is wrong' }, 'one-g1')
  await world.until('passed', 'two-g1')
  expect(world.context().steps).toMatchObject({ one: { state: 'passed' }, two: { state: 'passed' } })
})

test('more entries into blocked than allowed fail the directive', async () => {
  await stuck({ limits: { maxFailedSteps: 1 } })
  world.approve('approval-1')
  await world.until('failed')
  expect(world.context().outcome).toMatchObject({ code: 'steps.failed' })
  expect(world.context().outcome!.reason).toMatch(
    /^steps were blocked 2 times, allowed are 1: one \(evaluation\.red: red.*, after 1 rework\)$/,
  )
})

test('which steps were blocked, and why, is said of the first few', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const given = file({
    chain: chain(...names.map((name) => step(name))),
    limits: { maxParallelSteps: 5, maxFailedSteps: 4, maxReworkCycles: 0 },
  })
  world = createWorld(given, { workspace: () => Promise.reject(Object.assign(new Error('gone'), { code: 'no.way' })) })
  world.send({ type: 'directive.start' })
  await world.until('failed')
  expect(world.context().outcome!.reason).toBe(
    'steps were blocked 5 times, allowed are 4: a (no.way: gone), b (no.way: gone), c (no.way: gone), and 2 more',
  )
})

test('a model is asked for another plan, as often as allowed, before a person is', async () => {
  const model = () => said(planned(['one', 'two'], { acceptanceCriteriaIds: [] }))
  await stuck({ chain: undefined, planner: 'model', limits: { maxChainRegenerations: 1 } }, { model })
  expect(world.context().chainGeneration).toBe(2)
  const [first, second] = world.called('briefer')
  expect(first).toMatchObject({ purpose: 'plan', generation: 1, reason: null, failingStep: null, before: null })
  expect(second).toMatchObject({ generation: 2, failingStep: { name: 'one' }, before: { name: 'plan' } })
  expect(second.failingStep.instructions).toContain('npm test')
  expect(world.value().active.work).toBe('stuck')
})

test('a step whose actor breaks is blocked for good: it can be skipped, not retried, and nothing else suffers', async () => {
  world = createWorld(file({ chain: chain(step('one'), step('two'), step('three', ['one'])) }))
  const broken = { type: 'xstate.error.actor.one-g1', actorId: 'one-g1', error: new Error('no such thing') }
  world.send({ type: 'directive.start' })
  world.send(broken)
  expect(world.context().steps.one).toMatchObject({
    state: 'blocked',
    failure: { summary: 'step.defect: no such thing' },
  })
  await world.until('passed', 'two-g1')
  await world.until('active.work.stuck')
  world.approve('approval-1')
  await world.until((snapshot) => snapshot.context.openApproval === 'approval-2')
  world.approve('approval-2', { choice: 'skip' })
  await world.until('passed', 'three-g1')
})
