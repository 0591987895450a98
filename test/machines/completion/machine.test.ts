import { createActor, fromPromise, setup, SimulatedClock } from 'xstate'
import { afterEach, expect, test } from 'vitest'
import { machines } from '../../../machines/index.ts'
import type { CompletionInput } from '../../../machines/completion/schema.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { gate } from '../world.ts'

const { machine } = machines.completion
const at = 1_800_000_000_000

const input: CompletionInput = {
  directiveId: 'd',
  address: 'one-g1/contract/agent/completion',
  purpose: 'agent',
  ledger: { step: 'one', attempt: 2 },
  place: { chainId: 'plan-g1', stepId: 'one-g1' },
  executors: ['model:d.one-g1'],
  models: ['first', 'second'],
  prices: { first: { in: 2, out: 10 }, second: null },
  conversation: { sha256: 'a'.repeat(64), bytes: 9 },
  append: [],
  tokens: 1000,
  maxOutputTokens: 500,
  timeoutMs: 60_000,
  onRateLimit: 'park',
  at,
}

const answer = { model: 'first-1', text: 'yes', toolCalls: [], finish: 'stop' as const }
const tokens = { in: 900, out: 10, cached: 0, reasoning: 0 }
const cost = { model: 'first', tokens, usd: 0.002, source: 'estimated' as const }
const answered = { outcome: 'answered', at: at + 50, answer, costs: [cost], durationMs: 40 }
const limited = { outcome: 'limited', at: at + 50, resetAt: at + 90_000, reason: 'too many requests', costs: [] }
const failed = { outcome: 'failed', at: at + 50, code: 'model.unknown', reason: 'no such model', costs: [cost] }
const granted = { type: 'budget.granted', at, usd: 1 }
const decided = (decision: string, choice: string | null = null) => ({
  type: 'approval.resolved',
  id: 'd:x',
  at: at + 60,
  answer: { decision, choice, respondedBy: 'anna', comment: null, resolvedAt: at + 60 },
})

test.each(['park', 'ask', 'fail'] as const)('every state the policy %s allows can be reached', (onRateLimit) => {
  const exploration = {
    input: { ...input, onRateLimit },
    events: [
      granted,
      { type: 'budget.refused', at, code: 'model.price_unknown', reason: 'no price' },
      ...[answered, limited, failed].map((output) => ({ type: 'xstate.done.actor.model', output })),
      { type: 'xstate.error.actor.model', error: { code: 'model.timed_out', message: 'silence' } },
      { type: 'xstate.after.limitReset.completion.parked' },
      decided('approved', 'wait'),
      decided('approved', 'next_model'),
      decided('denied'),
    ],
    key: ({ left }: any) => left,
  }
  const unreached = { park: ['asking'], ask: [], fail: ['asking', 'parked'] }[onRateLimit]
  expect(reachedStates(machine, [exploration]).missing.sort()).toEqual(unreached.map((name) => `completion.${name}`))
  expect(waysToFinalStates(machine, exploration)).toEqual({
    answered: ['budget.granted', 'xstate.done.actor.model'],
    failed: ['budget.refused', 'budget.refused'],
  })
})

const running: { stop: () => void }[] = []
afterEach(() => running.splice(0).forEach((each) => each.stop()))

/** The machine under somebody who asks, its model answered by hand, its budget granted at once unless `purse` says otherwise. */
function completion(changes: Partial<CompletionInput> = {}, purse: object | null = granted) {
  let reply = gate<any>()
  let called = gate<void>()
  const inputs: any[] = []
  const model = fromPromise(({ input: given }: any) => {
    inputs.push(given)
    reply = gate()
    called.open()
    return reply.passed
  })
  const told: any[] = []
  const emitted: any[] = []
  const parent = setup({
    actors: { completion: machine.provide({ actors: { model } as never }) },
  }).createMachine({
    invoke: { src: 'completion', id: 'completion', input: { ...input, ...changes } },
    on: {
      '*': {
        actions: ({ event, self }) => {
          told.push(event)
          const { asker } = event as { asker?: { send: (event: object) => void } }
          if (asker && purse) asker.send(purse)
          void self
        },
      },
    },
  })
  const clock = new SimulatedClock()
  const root = createActor(parent, {
    clock,
    inspect: (event) => {
      if (event.type === '@xstate.actor') (event.actorRef as any).on?.('*', (each: any) => emitted.push(each))
    },
  }).start()
  running.push(root)
  const child = () => root.getSnapshot().children.completion as any
  return {
    clock,
    told,
    emitted,
    inputs,
    child,
    value: () => child()?.getSnapshot().value,
    context: () => child().getSnapshot().context,
    ended: () => told.find(({ type }) => type === 'completion.ended'),
    of: (type: string) => told.filter((each) => each.type === type),
    async answer(output: unknown) {
      await called.passed
      called = gate()
      reply.open(output)
      await reply.passed
      await Promise.resolve()
    },
    async fail(error: unknown) {
      await called.passed
      called = gate()
      reply.fail(error)
      await reply.passed.catch(() => {})
      await Promise.resolve()
      await Promise.resolve()
    },
  }
}

test('a call is reserved at its longest before it is made, and settled with what it cost', async () => {
  const { told, inputs, answer: reply, ended } = completion()
  expect(told[0]).toMatchObject({
    type: 'budget.reserve',
    id: input.address,
    usd: 0.007,
    model: 'first',
    activity: 'agent',
    step: 'one',
    attempt: 2,
  })
  await reply(answered)
  expect(inputs).toEqual([
    {
      directiveId: 'd',
      purpose: 'agent',
      model: 'first',
      conversation: input.conversation,
      append: [],
      maxOutputTokens: 500,
      timeoutMs: 60_000,
    },
  ])
  expect(told.slice(1, 3)).toEqual([
    {
      type: 'budget.settle',
      at: at + 50,
      id: input.address,
      entries: [{ ...cost, directive: 'd', step: 'one', activity: 'agent', attempt: 2 }],
    },
    { type: 'completion.ended', outcome: 'answered', at: at + 50, answer, costs: [cost], workedMs: 40 },
  ])
  expect(ended()).toBeDefined()
})

test('nothing is called before the budget is granted', () => {
  const { value, inputs } = completion({}, null)
  expect(value()).toBe('reserving')
  expect(inputs).toEqual([])
})

test('a model that cannot be paid, or fails, is given up for the next; all given up, it fails with every reason', async () => {
  const { answer: reply, ended, of, inputs } = completion()
  await reply(failed)
  expect(of('budget.reserve').map(({ usd, model }) => [usd, model])).toEqual([
    [0.007, 'first'],
    [null, 'second'],
  ])
  await reply({ ...failed, code: 'model.unauthorized', reason: 'the key is refused', costs: [] })
  expect(inputs.map(({ model }) => model)).toEqual(['first', 'second'])
  expect(ended()).toMatchObject({
    outcome: 'failed',
    failure: { code: 'model.unauthorized', reason: 'first: no such model; second: the key is refused' },
    costs: [cost],
    workedMs: 0,
  })
})

test('no model at all is a failure that says so', () => {
  expect(completion({ models: [] }).ended()).toMatchObject({
    outcome: 'failed',
    failure: { code: 'model.unconfigured', reason: 'no model is configured' },
  })
})

test('a refusal of the budget is no call: nothing is settled', () => {
  const refusal = { type: 'budget.refused', at: at + 1, code: 'model.price_unknown', reason: 'no price' }
  const { ended, of } = completion({}, refusal)
  expect(ended()).toMatchObject({
    failure: { code: 'model.price_unknown', reason: 'first: no price; second: no price' },
  })
  expect(of('budget.settle')).toEqual([])
})

test('a call that failed is settled as what was reserved for it, unless it was never sent', async () => {
  const { fail, of, ended } = completion()
  await fail({ code: 'model.timed_out', message: 'silence for 60 s' })
  expect(of('budget.settle')[0].entries).toMatchObject([
    { model: 'first', usd: of('budget.reserve')[0].usd, source: 'estimated' },
  ])
  await fail({ code: 'model.unreachable', message: 'connection refused' })
  expect(of('budget.settle')[1].entries).toEqual([])
  expect(ended()).toMatchObject({ failure: { code: 'model.unreachable' } })
})

test('a rate limit is waited for, in a state of its own, and reserves again afterwards', async () => {
  const { answer: reply, value, clock, of, emitted, context } = completion()
  await reply(limited)
  expect(value()).toBe('parked')
  expect(of('budget.settle')).toHaveLength(1)
  expect(emitted.at(-1)).toMatchObject({
    type: 'model.parked',
    stepId: 'one-g1',
    data: { model: 'first', until: at + 90_000, reason: 'too many requests' },
  })
  clock.increment(89_949)
  expect(value()).toBe('parked')
  clock.increment(1)
  expect(value()).toBe('calling')
  expect(of('budget.reserve')).toHaveLength(2)
  // A provider that names no time worth the name is asked ever more rarely.
  for (const wait of [2000, 4000]) {
    await reply({ ...limited, at: context().now, resetAt: context().now })
    clock.increment(wait - 1)
    expect(value()).toBe('parked')
    clock.increment(1)
    expect(value()).toBe('calling')
  }
  await reply(answered)
  expect(of('completion.ended')).toHaveLength(1)
})

test('with the policy `fail` a rate limit is a reason for the next model', async () => {
  const { answer: reply, inputs, ended } = completion({ onRateLimit: 'fail' })
  await reply(limited)
  await reply(limited)
  expect(inputs.map(({ model }) => model)).toEqual(['first', 'second'])
  expect(ended()).toMatchObject({ failure: { code: 'model.rate_limited' } })
})

test('with the policy `ask` a person decides: wait, take the next model, or give up', async () => {
  const { answer: reply, child, value, inputs, ended, of } = completion({ onRateLimit: 'ask' })
  await reply(limited)
  const approval = () => Object.values(child().getSnapshot().children).at(-1) as any
  const { request } = approval().getSnapshot().context
  expect(request).toMatchObject({
    id: `d:one-g1:contract:agent:completion:approval-${at + 50}`,
    type: 'rate_limited',
    choices: ['wait', 'next_model'],
    executors: ['model:d.one-g1'],
    facts: { model: 'first', next: 'second', resetAt: at + 90_000 },
  })
  expect(of('notice.raised')).toHaveLength(1)
  approval().send({ type: 'approval.approve', by: 'model:d.one-g1', at: at + 55 })
  expect(value()).toBe('asking')
  approval().send({ type: 'approval.approve', by: 'anna', at: at + 60, choice: 'next_model' })
  await reply(limited)
  expect(inputs.map(({ model }) => model)).toEqual(['first', 'second'])
  expect(approval().getSnapshot().context.request.choices).toEqual(['wait'])
  approval().send({ type: 'approval.approve', by: 'anna', at: at + 70 })
  expect(value()).toBe('parked')
  child().send({ type: 'xstate.after.limitReset.completion.parked' })
  await reply({ ...limited, at: at + 100_000, resetAt: at + 200_000 })
  approval().send({ type: 'approval.deny', by: 'anna', at: at + 100_001 })
  expect(ended()).toMatchObject({
    outcome: 'failed',
    failure: { code: 'model.rate_limited', reason: expect.stringContaining('a person chose not to wait') },
  })
})
