// What calls of models may cost is reserved with the directive: here by the built-in agent, in all its states.
import { afterEach, expect, test } from 'vitest'
import { answerTo } from '../../../machines/directive/reserving.ts'
import { eventually } from '../../support/eventually.ts'
import { type Activities, chain, createWorld, file, gate, step, type World } from '../world.ts'

let world: World
afterEach(() => world?.close())

const tokens = { in: 100, out: 100, cached: 0, reasoning: 0 }
const costing = (usd: number | null, text = 'on') => ({
  outcome: 'answered',
  answer: { model: 'm', text, toolCalls: [{ id: 'c', name: 'write', arguments: '{}' }], finish: 'tools' },
  costs: [{ model: 'm', tokens, usd, source: usd === null ? 'unknown' : 'estimated' }],
  durationMs: 5,
})
const thinking = (name: string, dependsOn: string[] = [], changes: object = {}) =>
  step(name, dependsOn, { contract: { executor: { kind: 'model', maxOutputTokens: 1000, ...changes } } } as never)
// One call at its longest: 100 tokens in, 1,000 out, at $1 for a million: $0.0011.
const most = 0.0011
// The same for a brief of one token more, which is what the world's brief has.
const reserved = 0.001101

type Options = { limits?: object; steps?: object[]; activities?: Activities; file?: object; models?: object }

const start = ({ limits = {}, steps = [thinking('one')], activities = {}, models = {}, ...rest }: Options) => {
  world = createWorld(file({ chain: chain(...steps), limits, ...rest.file }), activities, models)
  world.send({ type: 'directive.start' })
  return world
}
const budget = () => world.context().budget
const ids = (list: { id: string }[]) => list.map(({ id }) => id)
/** Tools that go on for so many turns. */
const turns = (n: number): Activities => {
  let left = n
  return {
    tools: () => ({
      conversation: { sha256: 'b'.repeat(64), bytes: 2 },
      tokens: 100,
      progress: 'wrote',
      advanced: true,
      delivered: --left > 0 ? null : 'did it',
      durationMs: 5,
    }),
  }
}

test('what the agent spent is in the ledger of its contract and in the totals, and nothing stays reserved', async () => {
  start({ activities: { ...turns(3), model: () => costing(0.25) } })
  await world.until('completed')
  expect(world.context().totals).toMatchObject({ costUsd: 0.75, tokens: 600, unknownCosts: 0 })
  expect(world.snapshotAt('one-g1/contract').context.ledger).toHaveLength(3)
  expect(world.snapshotAt('one-g1/contract').context.ledger[0]).toMatchObject({
    directive: 'd',
    step: 'one',
    activity: 'agent',
    attempt: 1,
    usd: 0.25,
  })
  expect(world.types('cost.incurred')).toHaveLength(3)
  expect(world.called('contractor')[0].concluded).toMatchObject({ summary: 'did it' })
  expect(budget()).toEqual({ granted: [], waiting: [] })
})

test('a limit of cost is overrun by one call at most; raised, the agent goes on where it was', async () => {
  start({ limits: { maxTotalCostUsd: 0.5 }, activities: { ...turns(10), model: () => costing(0.2) } })
  await world.until('paused.overLimit')
  expect(world.context().totals.costUsd).toBe(0.6)
  expect(world.called('model')).toHaveLength(3)
  expect(world.types('breaker.tripped')).toHaveLength(1)
  await eventually(() => expect(ids(budget().waiting)).toEqual(['one-g1/contract/agent/completion']))
  expect(world.snapshotAt('one-g1/contract/agent/completion').value).toBe('reserving')

  world.approve('approval-1', { limits: { maxTotalCostUsd: 5 } })
  await world.until('completed')
  expect(world.called('model')).toHaveLength(10)
  expect(world.called('briefer')).toHaveLength(1)
  expect(world.context().totals.costUsd).toBe(2)
})

test('a raise that is not enough trips the breaker again', async () => {
  start({ limits: { maxTotalCostUsd: 0.5 }, activities: { ...turns(10), model: () => costing(0.6) } })
  await world.until('paused.overLimit')
  world.approve('approval-1', { limits: { maxTotalCostUsd: 0.55 } })
  await world.until((snapshot) => snapshot.context.approvals === 2)
  expect(world.value()).toEqual({ paused: 'overLimit' })
  expect(world.called('model')).toHaveLength(1)
})

test('calls of steps beside each other wait for what is reserved, in order, and get it once that is settled', async () => {
  const calls = [gate<object>(), gate<object>(), gate<object>()]
  const models: string[] = []
  start({
    limits: { maxTotalCostUsd: most * 1.5 },
    steps: [thinking('one'), thinking('two'), thinking('three')],
    activities: {
      model: () => calls[models.push('m') - 1]!.passed,
    },
  })
  // Reserved are two calls at their longest, which is beyond the limit already: the third has to wait.
  await eventually(() => expect(budget().granted).toHaveLength(2))
  expect(ids(budget().waiting)).toEqual(['three-g1/contract/agent/completion'])
  expect(models).toHaveLength(2)
  calls[0]!.open(costing(0.0001))
  await eventually(() => expect(models).toHaveLength(3))
  calls[1]!.open(costing(0.0001))
  calls[2]!.open(costing(0.0001))
  await world.until('completed')
  expect(world.context().totals.costUsd).toBe(0.0003)
})

test('without a limit everything is granted, also what has no price', async () => {
  const prices: Activities = { briefer: () => ({ ...brief(), prices: { m: null } }) }
  start({ activities: { ...prices, model: () => costing(null) } })
  await world.until('completed')
  expect(world.context().totals).toMatchObject({ costUsd: 0, unknownCosts: 1 })
})

const brief = () => ({
  conversation: { sha256: 'a'.repeat(64), bytes: 1 },
  prompt: { name: 'agent', version: '1' },
  tokens: 100,
  prices: { m: { in: 1, out: 1 } },
  citable: {},
  menu: null,
})

test('under a limit a model without a price is refused, and the step says what to do', async () => {
  start({
    limits: { maxTotalCostUsd: 5, maxReworkCycles: 0 },
    activities: { briefer: () => ({ ...brief(), prices: { m: null } }) },
  })
  await world.until('active.work.stuck').catch(() => {})
  expect(world.called('model')).toEqual([])
  expect(world.context().steps.one).toMatchObject({
    state: 'blocked',
    failure: { summary: expect.stringMatching(/model\.price_unknown.*add a price \(0 for a local model\)/) },
  })
  expect(budget()).toEqual({ granted: [], waiting: [] })
})

test('a call under way is counted as what was reserved for it when its step is interrupted, and its reservation is free again', async () => {
  const first = gate<object>()
  let calls = 0
  start({
    limits: { maxTotalCostUsd: 5 },
    activities: { ...turns(2), model: () => (++calls === 2 ? first.passed : costing(0.1)) },
  })
  await eventually(() => expect(calls).toBe(2))
  expect(ids(budget().granted)).toEqual(['one-g1/contract/agent/completion'])
  world.send({ type: 'directive.pause', mode: 'interrupt' })
  expect(budget()).toEqual({ granted: [], waiting: [] })
  expect(world.context().ledger).toMatchObject([
    { step: 'one', activity: 'agent', model: 'm', usd: reserved, source: 'estimated' },
  ])
  expect(world.context().totals).toMatchObject({ costUsd: 0.101101, unknownCosts: 0 })
  expect(world.types('cost.incurred').at(-1)!.data.message).toBe('$0.001101 for agent of one')

  world.send({ type: 'directive.resume' })
  await world.until('completed')
  // It went on from the turn that was finished.
  expect(world.called('briefer')[1].session).toMatchObject({ sha256: 'b'.repeat(64) })
  first.open(costing(1))
})

test('a pause that drains lets calls go on, and grants new ones', async () => {
  const first = gate<object>()
  start({ activities: { ...turns(3), model: () => first.passed } })
  await eventually(() => expect(budget().granted).toHaveLength(1))
  world.send({ type: 'directive.pause', mode: 'drain' })
  expect(budget().granted).toHaveLength(1)
  first.open(costing(0.1))
  await eventually(() => expect(world.snapshotAt('one-g1').value).toBe('passed'))
  expect(world.value()).toEqual({ paused: 'held' })
  expect(world.context().totals.costUsd).toBe(0.3)
})

test('an interruption leaves alone what is being evaluated', async () => {
  const [call, check] = [gate<object>(), gate<object>()]
  start({
    steps: [thinking('one'), step('two')],
    activities: { model: () => call.passed, verifier: () => check.passed },
  })
  await eventually(() => expect(world.called('verifier')).toHaveLength(1))
  await eventually(() => expect(budget().granted).toHaveLength(1))
  world.send({ type: 'directive.pause', mode: 'interrupt' })
  expect(world.context().steps).toMatchObject({ one: { state: 'ready' }, two: { state: 'evaluating' } })
  expect(budget().granted).toEqual([])
  call.open(costing(1))
  check.fail(new Error('over'))
})

test('a stopped directive counts the calls it gave up', async () => {
  const never = gate<object>()
  start({ activities: { model: () => never.passed } })
  await eventually(() => expect(budget().granted).toHaveLength(1))
  world.send({ type: 'directive.stop', reason: 'enough' })
  expect(world.value()).toBe('failed')
  expect(world.context()).toMatchObject({
    budget: { granted: [], waiting: [] },
    totals: { costUsd: reserved, unknownCosts: 0 },
    ledger: [{ activity: 'agent', source: 'estimated' }],
  })
  never.open(costing(1))
})

test('another chain gives up the calls of the one before, and those who waited with it', async () => {
  const never = gate<object>()
  start({
    limits: { maxTotalCostUsd: most / 2 },
    steps: [thinking('one'), thinking('two')],
    activities: { model: () => never.passed },
  })
  await eventually(() => expect(budget().waiting).toHaveLength(1))
  world.send({ type: 'directive.replan', reason: 'simpler', chain: chain(step('three')) })
  // What was given up counts, and is more than the limit.
  await world.until('paused.overLimit')
  expect(budget()).toEqual({ granted: [], waiting: [] })
  expect(world.context().totals).toMatchObject({ costUsd: reserved, unknownCosts: 0 })
  never.open(costing(1))
})

test('a step that breaks frees what it had reserved', async () => {
  const never = gate<object>()
  start({ activities: { model: () => never.passed } })
  await eventually(() => expect(budget().granted).toHaveLength(1))
  world.root.send({ type: 'xstate.error.actor.one-g1', error: new Error('torn'), actorId: 'one-g1' } as never)
  expect(budget().granted).toEqual([])
  expect(world.context().totals).toMatchObject({ costUsd: reserved, unknownCosts: 0 })
  never.open(costing(1))
})

test("an agent's command line is given what is left; what it reports is taken from what was set aside for it", async () => {
  const end = gate<object>()
  const agent = step('one', [], { contract: { executor: { kind: 'agent', preset: 'custom', argv: ['a'] } } } as never)
  start({
    limits: { maxTotalCostUsd: 2 },
    steps: [agent, thinking('two')],
    activities: {
      contractor: ({ contract }) => (contract.step === 'one' ? end.passed : deliver()),
      model: () => costing(0.1),
    },
  })
  await eventually(() => expect(world.called('contractor')).toHaveLength(1))
  expect(world.called('contractor')[0]).toMatchObject({ budgetUsd: 2 })
  await eventually(() => expect(ids(budget().waiting)).toEqual(['two-g1/contract/agent/completion']))
  const cost = { model: 'a', tokens, usd: 0.5, source: 'reported' }
  world.send({ type: 'contract.cost', spent: { from: 0, costs: [cost] } }, 'one-g1/contract')
  expect(budget().granted).toMatchObject([{ id: 'one-g1/contract', usd: 1.5 }])
  expect(world.context().totals.costUsd).toBe(0.5)
  world.send(
    { type: 'contract.cost', spent: { from: 1, costs: [{ ...cost, usd: null, source: 'unknown' }] } },
    'one-g1/contract',
  )
  expect(budget().granted).toMatchObject([{ usd: 1.5 }])
  end.open({ ...deliver(), costs: [{ ...cost, usd: 0.25 }] })
  await world.until('completed')
  expect(world.context().totals.costUsd).toBe(0.85)
  expect(budget().granted).toEqual([])
})

test('two agents with limits of their own are told apart', async () => {
  const ends = { one: gate<object>(), two: gate<object>() }
  const agent = (name: 'one' | 'two') =>
    step(name, [], { contract: { executor: { kind: 'agent', preset: 'custom', argv: ['a'], maxCostUsd: 1 } } } as never)
  start({
    limits: { maxTotalCostUsd: 9 },
    steps: [agent('one'), agent('two')],
    activities: { contractor: ({ contract }) => ends[contract.step as 'one' | 'two'].passed },
  })
  await eventually(() => expect(world.called('contractor')).toHaveLength(2))
  world.send(
    { type: 'contract.cost', spent: { from: 0, costs: [{ model: 'a', tokens, usd: 3, source: 'reported' }] } },
    'two-g1/contract',
  )
  expect(budget().granted.map(({ id, usd }) => [id, usd])).toEqual([
    ['one-g1/contract', 1],
    ['two-g1/contract', 0],
  ])
  ends.one.open(deliver())
  ends.two.open(deliver())
  await world.until('completed')
})

const deliver = () => ({
  outcome: 'delivered',
  session: null,
  costs: [],
  evidence: {
    commit: 'c',
    modifiedFiles: [],
    modifiedFilesOmitted: 0,
    diffStat: { files: 0, insertions: 0, deletions: 0 },
    summary: 'done',
    artifacts: [],
    logs: { path: null, bytes: 0, tail: '' },
  },
})

test('what is granted: all of it while anything is left, and what is left to those who keep to it', () => {
  const asker = {} as never
  const about = { id: 'a', asker, step: null, activity: 'agent', attempt: 1, model: 'm' }
  const context = (maxTotalCostUsd: number | undefined, costUsd: number, reserved: (number | null)[] = []) =>
    ({
      file: { limits: { maxTotalCostUsd } },
      totals: { costUsd },
      exceeded: null,
      budget: { granted: reserved.map((usd) => ({ ...about, usd })), waiting: [] },
    }) as never
  expect(answerTo(context(undefined, 9), { ...about, usd: null })).toEqual({ usd: null })
  expect(answerTo(context(undefined, 9), { ...about, usd: { upTo: 3 } })).toEqual({ usd: 3 })
  expect(answerTo(context(1, 0.5), { ...about, usd: 2 })).toEqual({ usd: 2 })
  expect(answerTo(context(1, 0.5, [0.5, null]), { ...about, usd: 0.1 })).toBeNull()
  expect(answerTo(context(1, 0.5, [0.25]), { ...about, usd: { upTo: null } })).toEqual({ usd: 0.25 })
  expect(answerTo(context(1, 0.5), { ...about, usd: { upTo: 0.25 } })).toEqual({ usd: 0.25 })
})
