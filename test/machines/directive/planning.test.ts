import { afterEach, expect, test } from 'vitest'
import { directiveRefusal } from '../../../machines/index.ts'
import { chain, createWorld, file, step, type World } from '../world.ts'

let world: World
afterEach(() => world.close())

const template = (changes: object = {}) =>
  file({ chain: undefined, planner: 'template', executor: { kind: 'noop' }, ...changes })
const plan = (...steps: object[]) => ({ chain: chain(...steps), source: 'template', costs: [] })

test('an unsound chain of a file pauses the directive and says why', () => {
  world = createWorld(file({ chain: chain(step('a', ['b']), step('b', ['a'])) }))
  world.send({ type: 'directive.start' })
  expect(world.value()).toEqual({ paused: 'held' })
  expect(world.context().attention).toMatchObject({
    code: 'planning.failed',
    reason: expect.stringContaining('a -> b -> a'),
  })
  world.send({ type: 'directive.replan', reason: 'mended', chain: chain(step('a')) })
  expect(world.value()).toHaveProperty('active')
})

test('a planner that fails for good pauses; resume asks it again', async () => {
  let calls = 0
  world = createWorld(template(), {
    planner: () => {
      if (calls++ === 0) throw Object.assign(new Error('no answer'), { code: 'planner.unreachable' })
      return plan(step('one'))
    },
  })
  world.send({ type: 'directive.start' })
  await world.until('paused.held')
  expect(world.context().attention).toEqual({ code: 'planning.failed', reason: 'planner.unreachable: no answer' })
  world.send({ type: 'directive.resume' })
  await world.until('completed')
  expect(world.context().attention).toBeNull()
})

test('a planner that needs no model is given the chain there is', async () => {
  world = createWorld(template({ chain: chain(step('own')) }), {
    planner: ({ chain: own }) => ({ ...plan(), chain: own }),
  })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(Object.keys(world.context().steps)).toEqual(['own'])
})

test('a planner of another kind than a model gets no second try', async () => {
  world = createWorld(template(), { planner: () => ({ chain: { name: 'x' }, source: 'template', costs: [] }) })
  world.send({ type: 'directive.start' })
  await world.until('paused.held')
  expect(world.called('planner')).toHaveLength(1)
})

test('requested changes reach the next plan; a plan sent back too often pauses', async () => {
  world = createWorld(template({ autonomy: 'manual' }), { planner: () => plan(step('one')) })
  world.send({ type: 'directive.start' })
  for (const round of [1, 2, 3, 4]) {
    await world.until((snapshot) => snapshot.context.openApproval === `approval-${round}`)
    world.send({ type: 'approval.request_changes', by: 'anna', comment: `round ${round}` }, `approval-${round}`)
  }
  expect(world.value()).toEqual({ paused: 'held' })
  expect(world.called('planner').map(({ feedback }) => feedback.length)).toEqual([0, 1, 2, 3])
})

test('a person edits the plan while approving it; an unsound edit is asked about again', async () => {
  world = createWorld(file({ autonomy: 'manual' }))
  world.send({ type: 'directive.start' })
  world.approve('approval-1', { chain: chain(step('a', ['nowhere'])) })
  expect(world.value()).toEqual({ planning: 'reviewing' })
  expect(world.types('approval.required')[1]!.data.message).toContain('there is no step "nowhere"')
  world.approve('approval-2', { chain: chain(step('mine')) })
  expect(Object.keys(world.context().steps)).toEqual(['mine'])
})

test('a denied plan fails the directive', () => {
  world = createWorld(file({ autonomy: 'manual' }))
  world.send({ type: 'directive.start' })
  world.send({ type: 'approval.deny', by: 'anna' }, 'approval-1')
  expect(world.context().outcome).toMatchObject({ code: 'plan.denied' })
})

test('a chain that is no better is refused, with a reason the API can give', () => {
  world = createWorld()
  const refusal = (changes: object, source = 'file') =>
    directiveRefusal(
      { ...world.context(), source } as never,
      { type: 'directive.replan', reason: 'x', ...changes } as never,
    )
  expect(refusal({})).toBe('plan.unchanged')
  expect(refusal({}, 'model')).toBeNull()
  expect(refusal({ chain: chain(step('a', ['b'])) })).toBe('plan.unsound')
  expect(refusal({ chain: chain(step('a')) })).toBeNull()
  expect(refusal({ type: 'directive.pause' })).toBeNull()
})

test('what a plan is refused for is told with a suggestion, and unknown planning costs as unknown', async () => {
  const known = { model: 'm', tokens: { in: 1, out: 1, cached: 0, reasoning: 0 }, usd: 0.25, source: 'reported' }
  const unknown = { model: null, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: null, source: 'unknown' }
  world = createWorld(template(), {
    planner: () => ({ ...plan(step('implement'), step('test', ['implemnt'])), costs: [unknown, known] }),
  })
  world.send({ type: 'directive.start' })
  await world.until('paused.held')
  expect(world.context().attention!.reason).toContain('did you mean "implement"?')
  expect(world.types('cost.incurred')[0]!.data.message).toBe('an unknown amount for planning')
  expect(world.types('cost.incurred')[1]!.data.message).toBe('$0.25 for planning')
  expect(world.context().totals).toMatchObject({ costUsd: 0.25, unknownCosts: 1 })
})
