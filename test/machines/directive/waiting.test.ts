// While a person is asked about a provider's rate limit, nothing else goes on there: no slot is held, no wall time runs.
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { chain, createWorld, fair, file, planned, said, step, type World } from '../world.ts'

let world: World
afterEach(() => world.close())

const limited = { outcome: 'limited', resetAt: 1_800_003_600_000, reason: 'too many requests', costs: [] }
const model = { onRateLimit: 'ask' }
const criteria = [{ id: 'AC1', text: 'it works' }]
const pending = (address: string) =>
  Object.entries(world.snapshotAt(address).children as Record<string, any>)
    .filter(([id, each]) => id.startsWith('approval-') && each.getSnapshot().value.pending)
    .map(([id]) => `${address}/${id}`)[0]!
const asked = async (address: string) => {
  await eventually(() => expect(world.snapshotAt(address)?.value).toBe('asking'))
  return pending(address)
}
/** The first call meets the limit, by purpose. */
const once = (purpose: string) => {
  let met = false
  return {
    model: (input: any, self: any) => {
      if (input.purpose !== purpose || met) return fair.model!(input, self)
      met = true
      return limited
    },
  }
}

test('a step whose agent waits for an answer gives its slot to another', async () => {
  const thinking = step('one', [], { contract: { executor: { kind: 'model' } } } as never)
  world = createWorld(
    file({ model, limits: { maxParallelSteps: 1 }, chain: chain(thinking, step('two')) }),
    once('agent'),
  )
  world.send({ type: 'directive.start' })
  const address = await asked('one-g1/contract/agent/completion')
  await eventually(() => expect(world.context().steps.two!.state).toBe('passed'))
  expect(world.context().steps.one).toMatchObject({ state: 'running', waiting: true })
  expect(world.context().runningSince).toBeNull()
  world.approve(address, { choice: 'wait' })
  expect(world.context().steps.one).toMatchObject({ state: 'running', waiting: false })
  expect(world.context().runningSince).not.toBeNull()
  world.clock.increment(3600_000)
  await world.until('completed')
})

test('a step whose judge waits for an answer is one that waits', async () => {
  const one = step('one', [], { acceptanceCriteriaIds: ['AC1'] })
  world = createWorld(file({ model, acceptanceCriteria: criteria, chain: chain(one) }), once('judge'), { judge: ['j'] })
  world.send({ type: 'directive.start' })
  const address = await asked('one-g1/judge/completion')
  expect(world.context().steps.one).toMatchObject({ state: 'evaluating', waiting: true })
  expect(world.context().runningSince).toBeNull()
  world.approve(address)
  expect(world.context().steps.one).toMatchObject({ state: 'evaluating', waiting: false })
  world.clock.increment(3600_000)
  await world.until('completed')
})

test('no wall time runs while the planner waits for an answer, and none is counted twice', async () => {
  world = createWorld(
    file({ model, chain: undefined, acceptanceCriteria: criteria }),
    { ...once('plan') },
    { planner: ['p'] },
  )
  world.send({ type: 'directive.start' })
  const address = await asked('planner/completion')
  expect(world.context()).toMatchObject({ runningSince: null, asked: true })
  world.clock.increment(1800_000)
  world.approve(address)
  expect(world.context()).toMatchObject({ asked: false, runningSince: expect.any(Number) })
  world.clock.increment(3600_000)
  await world.until('completed')
  expect(world.context().totals.wallTimeMs).toBeLessThan(3601_000)
})

test('a planner that was given up while it waited is waited for no longer', async () => {
  world = createWorld(file({ model, chain: undefined, acceptanceCriteria: criteria }), {
    model: ({ purpose }) => (purpose === 'plan' ? limited : said(planned(['one']))),
  })
  world.send({ type: 'directive.start' })
  const address = await asked('planner/completion')
  world.actorAt(address).send({ type: 'approval.deny', by: 'anna', at: world.now() })
  await world.until('paused')
  expect(world.context()).toMatchObject({ asked: false, runningSince: null, attention: { code: 'planning.failed' } })
})

test('the final review that waits for an answer is not in motion', async () => {
  let calls = 0
  world = createWorld(
    file({ model, acceptanceCriteria: criteria, chain: chain(step('one')) }),
    { model: (input, self) => (++calls === 1 ? limited : fair.model!(input, self)) },
    { judge: ['j'] },
  )
  world.send({ type: 'directive.start' })
  const address = await asked('judge/completion')
  expect(world.context()).toMatchObject({ asked: true, runningSince: null })
  world.approve(address)
  expect(world.context()).toMatchObject({ asked: false, runningSince: expect.any(Number) })
  world.clock.increment(3600_000)
  await world.until('completed')
})
