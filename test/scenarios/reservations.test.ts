// Budgets and rate limits over the death of the process: on the real runtime and Postgres, with activities that are functions.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DirectiveContext, machines } from '../../machines/index.ts'
import { createRuntime, type Runtime } from '../../runtime/index.ts'
import { chain, fair, file, gate, step } from '../machines/world.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

type Call = (input: any) => unknown

let database: TestDatabase
let runtime: Runtime
let calls: string[]

beforeEach(async () => {
  database = await createTestDatabase()
  calls = []
})
afterEach(async () => {
  await runtime.close()
  await database.drop()
})

const hosted = (given: Record<string, Call>) =>
  Object.fromEntries(
    Object.entries({ ...fair, ...given }).map(([name, answer]) => [
      name,
      async ({ input }: { input: unknown }) => {
        const output = (await (answer as Call)(input)) as object
        return { at: Date.now(), ...output }
      },
    ]),
  )

const open = async (given: Record<string, Call>) => {
  const activities = hosted(given)
  runtime = await createRuntime({ database: database.url, machines, activities: activities as never, name: 'host' })
  await runtime.start()
}

/** As a crash would. */
const die = () => runtime.close({ abandon: true })

const answered = (usd: number) => ({
  outcome: 'answered',
  answer: { model: 'm', text: null, toolCalls: [{ id: 'c', name: 'write', arguments: '{}' }], finish: 'tools' },
  costs: [{ model: 'm', tokens: { in: 10, out: 10, cached: 0, reasoning: 0 }, usd, source: 'estimated' }],
  durationMs: 5,
})

/** Each turn's conversation is longer by one: so a call tells which turn it is of. */
const activities = (turns: number, model: (turn: number) => unknown): Record<string, Call> => ({
  briefer: ({ models }) => ({ ...(fair.briefer!({ purpose: 'agent', models }, null as never) as object) }),
  model: ({ conversation }) => {
    calls.push(`turn ${conversation.bytes}`)
    return model(conversation.bytes)
  },
  tools: ({ conversation: { sha256, bytes } }) => ({
    conversation: { sha256, bytes: bytes + 1 },
    tokens: 100,
    progress: `did turn ${bytes}`,
    advanced: true,
    delivered: bytes === turns ? 'did it' : null,
    durationMs: 5,
  }),
})

const begin = async (limits: object, changes: object = {}) => {
  const executor = { kind: 'model', maxOutputTokens: 1000 }
  const given = file({ chain: chain(step('one', [], { contract: { executor } } as never)), limits, ...changes })
  const models = { planner: [], agent: ['m'], judge: [] }
  await runtime.spawn('directive', { id: 'd', input: { id: 'd', file: given, createdAt: Date.now(), models } })
  await runtime.send('d', { type: 'directive.start', at: Date.now() })
}
const context = async () => (await runtime.snapshot('d')).context as DirectiveContext
const raise = (maxTotalCostUsd: number) =>
  runtime.send(
    'd',
    { type: 'approval.approve', by: 'anna', at: Date.now(), limits: { maxTotalCostUsd } },
    { to: 'approval-1' },
  )

test('a call that waits for budget when the process dies is made once the limit is raised, and none is made twice', async () => {
  const play = activities(6, () => answered(0.2))
  await open(play)
  await begin({ maxTotalCostUsd: 0.5 })
  await runtime.waitFor('d', { matches: { paused: 'overLimit' } })
  await eventually(async () => expect((await context()).budget.waiting).toHaveLength(1))
  expect((await context()).totals.costUsd).toBe(0.6)
  await die()

  await open(play)
  expect((await context()).budget.waiting).toMatchObject([{ id: 'one-g1/contract/agent/completion', model: 'm' }])
  await raise(5)
  await runtime.waitFor('d', 'done')
  expect((await context()).outcome).toMatchObject({ code: 'completed' })
  expect(calls).toEqual(['turn 1', 'turn 2', 'turn 3', 'turn 4', 'turn 5', 'turn 6'])
  expect((await context()).totals.costUsd).toBe(1.2)
  expect((await context()).budget).toEqual({ granted: [], waiting: [] })
  const costs = await runtime.list('cost', { systemId: 'd' })
  expect(costs.map(({ data }) => [data.activity, data.usd])).toEqual(Array.from({ length: 6 }, () => ['agent', 0.2]))
})

test('a rate limit is waited for over the death of the process', async () => {
  const resetAt = Date.now() + 2500
  let limited = 0
  const play = activities(2, (turn) =>
    turn === 2 && Date.now() < resetAt && ++limited
      ? { outcome: 'limited', resetAt, reason: 'too many requests', costs: [] }
      : answered(0.1),
  )
  await open(play)
  await begin({})
  await eventually(async () => {
    const { value } = await runtime.snapshot('d', 'one-g1/contract/agent/completion')
    expect(value).toBe('parked')
  })
  const [row] = await runtime.list('wait', { systemId: 'd' })
  expect(row).toMatchObject({ key: 'rate_limit', data: { model: 'm', until: resetAt, stepId: 'one-g1' } })
  await die()

  await open(play)
  await runtime.waitFor('d', 'done', { timeout: 60_000 })
  expect(limited).toBe(1)
  expect(calls).toEqual(['turn 1', 'turn 2', 'turn 2'])
  expect(await runtime.list('wait', { systemId: 'd' })).toEqual([])
  const emitted = (await runtime.emitted('d')).map(({ event }) => event.type)
  expect(emitted.filter((type) => type === 'model.parked')).toHaveLength(1)
})

test('a call under way when the directive is interrupted is counted, and the agent goes on from the turn before', async () => {
  const never = gate<object>()
  let hangs = true
  const play = activities(3, (turn) => (turn === 2 && hangs ? never.passed : answered(0.1)))
  await open(play)
  await begin({ maxTotalCostUsd: 5 })
  await eventually(() => expect(calls).toEqual(['turn 1', 'turn 2']))
  await runtime.send('d', { type: 'directive.pause', mode: 'interrupt', at: Date.now() }, { wait: 'processed' })
  expect((await context()).totals).toMatchObject({ costUsd: 0.101101, unknownCosts: 0 })
  expect((await context()).budget).toEqual({ granted: [], waiting: [] })
  await die()
  hangs = false
  never.open(answered(9))

  const briefs: unknown[] = []
  await open({
    ...play,
    briefer: (input) => (
      briefs.push(input.session),
      { ...(play.briefer!(input) as object), conversation: input.session }
    ),
  })
  await runtime.send('d', { type: 'directive.resume', at: Date.now() })
  await runtime.waitFor('d', 'done')
  expect(briefs).toMatchObject([{ bytes: 2 }])
  expect(calls).toEqual(['turn 1', 'turn 2', 'turn 2', 'turn 3'])
  expect((await context()).totals).toMatchObject({ costUsd: 0.301101, unknownCosts: 0 })
})

test('a person who is asked about a rate limit answers by the id that is listed', async () => {
  let limited = true
  await open(
    activities(1, () =>
      limited ? { outcome: 'limited', resetAt: Date.now() + 3600_000, reason: 'too many', costs: [] } : answered(0.1),
    ),
  )
  await begin({}, { model: { onRateLimit: 'ask' } })
  const pending = () => runtime.list('approval', { systemId: 'd', key: 'pending' })
  await eventually(async () => expect(await pending()).toHaveLength(1))
  const [row] = await pending()
  expect(row!.data).toMatchObject({
    id: ['d', ...row!.address.split('/')].join(':'),
    type: 'rate_limited',
    stepId: 'one-g1',
  })
  limited = false
  await runtime.send('d', { type: 'approval.deny', by: 'anna', at: Date.now() }, { to: row!.address })
  // A failed attempt like any other: it is handed back.
  await runtime.waitFor('d', 'done')
  expect(calls).toEqual(['turn 1', 'turn 1'])
  expect((await context()).steps.one).toMatchObject({ state: 'passed', reworkCount: 1 })
})
