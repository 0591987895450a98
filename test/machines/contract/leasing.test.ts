import { createActor, fromPromise, setup, SimulatedClock } from 'xstate'
import { expect, test } from 'vitest'
import { Executor, machines } from '../../../machines/index.ts'
import type { ContractInput } from '../../../machines/contract/schema.ts'
import { project } from '../../../machines/projection.ts'
import { delivered } from '../world.ts'

const { machine } = machines.contract

const at = 1000
const workspace = { at, path: '/w', branch: 'b', baseCommit: 'base', setup: null }
const inputFor = (executor: object): ContractInput => ({
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
    executor: Executor.parse(executor),
    requirements: [],
    acceptanceCriteria: [],
  },
  initialPhase: 'plan',
  repository: null,
  timeoutMs: 600_000,
  models: { planner: [], agent: [], judge: [] },
  onRateLimit: 'park',
  at,
})

/** A contract under a parent that hears what it tells, its workspace made, in a time that stands still. */
function contract(executor: object) {
  const given: any[] = []
  const heard: any[] = []
  const told: any[] = []
  const silent = fromPromise(() => new Promise(() => {}))
  const contractor = fromPromise(({ input }) => {
    given.push(input)
    return new Promise(() => {})
  })
  const played = machine.provide({ actors: { workspace: silent, contractor } as never })
  const clock = new SimulatedClock()
  const parent = setup({ actors: { contract: played } }).createMachine({
    invoke: { src: 'contract', id: 'contract', input: inputFor(executor) },
    on: { '*': { actions: ({ event }) => void heard.push(event) } },
  })
  const root = createActor(parent, { clock }).start()
  const child = root.getSnapshot().children.contract as any
  child.on('*', (event: any) => told.push(event))
  const send = (event: object) => child.send(event)
  const begin = () => {
    send({ type: 'contract.start', at })
    send({ type: 'xstate.done.actor.workspace', output: workspace })
  }
  begin()
  return {
    given,
    heard,
    clock,
    send,
    begin,
    value: () => child.getSnapshot().value,
    context: () => child.getSnapshot().context,
    tags: () => [...child.getSnapshot().tags],
    offers: () => project(child.getSnapshot()).filter(({ kind }) => kind === 'offer'),
    said: () => told.map(({ type, actor, data }) => [type, actor.id, data.message]),
    stop: () => root.stop(),
  }
}

const gpu = { kind: 'external', labels: ['gpu', 'linux'], leaseSeconds: 60 }
const claim = (by: string, labels = ['linux', 'gpu', 'big']) => ({
  type: 'contract.claim',
  at: 2000,
  by,
  labels,
  claim: by,
})
const cost = { model: 'm', tokens: { in: 1, out: 2, cached: 0, reasoning: 0 }, usd: 0.5, source: 'reported' }
const delivery = { sha256: 'a'.repeat(64), bytes: 9, kind: 'bundle' }
const offered = { working: 'offered' }
const claimed = { working: { claimed: 'leased' } }

test('a contract for workers is offered until one with all the labels claims it', () => {
  const { send, value, offers, context, said, given, stop } = contract(gpu)
  expect(value()).toEqual(offered)
  expect(offers()).toMatchObject([
    { key: 'worker', data: { contractId: 'd.one-g1', labels: ['gpu', 'linux'], attempt: 1, since: 1000 } },
  ])
  send(claim('w1', ['gpu']))
  expect(value()).toEqual(offered)
  send(claim('w2'))
  expect(value()).toEqual(claimed)
  expect(offers()).toEqual([])
  expect(context().lease).toEqual({ worker: 'w2', claim: 'w2', fence: 1, until: 62_000, idleAt: null })
  // It has one worker, and whoever comes later gets nothing.
  send(claim('w3'))
  expect(context().lease.worker).toBe('w2')
  expect(given).toEqual([])
  expect(said()).toEqual([
    ['contract.offered', 'adjutant', 'one waits for a worker with gpu, linux'],
    ['contract.claimed', 'w2', 'w2 works on one'],
  ])
  stop()
})

test('a worker that falls silent is replaced, and what it says later counts for nothing', () => {
  const { send, value, clock, context, said, given, stop } = contract(gpu)
  send(claim('w1'))
  clock.increment(59_000)
  send({ type: 'contract.heartbeat', at: 61_000, fence: 1 })
  clock.increment(59_999)
  expect(value()).toEqual(claimed)
  clock.increment(1)
  expect(value()).toEqual(offered)
  send({ type: 'contract.heartbeat', at: 130_000, fence: 1, message: 'still here' })
  send({ type: 'contract.deliver', at: 130_000, fence: 1, delivery, summary: 'late' })
  expect(value()).toEqual(offered)
  send(claim('w2'))
  for (const type of ['heartbeat', 'deliver', 'fail', 'release'])
    send({ type: `contract.${type}`, at: 131_000, fence: 1, delivery, summary: 'late', reason: 'late', code: 'x.y' })
  expect(value()).toEqual(claimed)
  expect(context()).toMatchObject({ lease: { worker: 'w2', fence: 2 }, handover: null, progress: null })
  send({ type: 'contract.deliver', at: 132_000, fence: 2, delivery, summary: 'done' })
  expect(value()).toEqual({ working: 'executing' })
  expect(given[0].handover).toEqual({ delivery, summary: 'done', by: 'worker:w2' })
  expect(said().filter(([type]) => type === 'contract.lapsed')).toEqual([
    ['contract.lapsed', 'adjutant', 'w1 was not heard of for 60 s; one is offered again'],
  ])
  stop()
})

test('what a worker reports is kept and told: progress, phases of the contract, costs', () => {
  const { send, context, said, heard, stop } = contract({ kind: 'external' })
  send(claim('w1'))
  send({ type: 'contract.heartbeat', at: 2100, fence: 1, message: 'half', percent: 50, phase: 'execute' })
  send({ type: 'contract.heartbeat', at: 2200, fence: 1, percent: 60 })
  send({ type: 'contract.heartbeat', at: 2300, fence: 1, phase: 'unheard-of' })
  send({ type: 'contract.heartbeat', at: 2400, fence: 1, phase: 'plan' })
  send({ type: 'contract.heartbeat', at: 2500, fence: 1, spent: { from: 0, costs: [cost] } })
  expect(context()).toMatchObject({
    phase: 'plan',
    progress: { message: '', percent: 60, at: 2200 },
    ledger: [{ usd: 0.5, step: 'one', attempt: 1 }],
    now: 2500,
    lease: { until: 62_500 },
  })
  expect(heard.filter(({ type }) => type === 'contract.spent')).toEqual([
    { type: 'contract.spent', at: 2500, costs: [cost], settled: null },
  ])
  expect(said().slice(2)).toEqual([
    ['contract.progress', 'w1', 'half'],
    ['contract.progress', 'w1', 'phase execute'],
    ['contract.progress', 'w1', 'phase plan'],
    ['cost.incurred', 'w1', '$0.5 for contractor of one'],
  ])
  stop()
})

test('while its directive is paused nobody claims it; whoever has it goes on, and what is given back waits, too', () => {
  const { send, value, offers, said, context, stop } = contract(gpu)
  const withheld = { working: 'withheld' }
  send({ type: 'contract.withhold', at: 1500 })
  expect([value(), offers()]).toEqual([withheld, []])
  send(claim('w1'))
  expect(value()).toEqual(withheld)
  send({ type: 'contract.offer', at: 1600 })
  expect(value()).toEqual(offered)
  send(claim('w1'))
  send({ type: 'contract.withhold', at: 2100 })
  expect(value()).toEqual(claimed)
  send({ type: 'contract.heartbeat', at: 2200, fence: 1, message: 'on' })
  send({ type: 'contract.release', at: 2300, fence: 1 })
  expect(value()).toEqual(withheld)
  send({ type: 'contract.offer', at: 2400 })
  expect(value()).toEqual(offered)
  expect(context().now).toBe(2400)
  expect(said().map(([type]) => type)).toEqual([
    ...['contract.offered', 'contract.withdrawn', 'contract.offered', 'contract.claimed'],
    ...['contract.progress', 'contract.offered'],
  ])
  stop()
})

test('one whose workspace is made during a pause is offered when that is over', () => {
  const { send, value, begin, stop } = contract(gpu)
  send({ type: 'contract.interrupt', at: 1100 })
  send({ type: 'contract.start', at: 1200 })
  send({ type: 'contract.withhold', at: 1300 })
  send({ type: 'xstate.done.actor.workspace', output: workspace })
  expect(value()).toEqual({ working: 'withheld' })
  send({ type: 'contract.interrupt', at: 1400 })
  begin()
  expect(value()).toEqual(offered)
  stop()
})

test('what a worker spends is told with heartbeats and with its end, and counts once for a lease', () => {
  const { send, context, stop } = contract(gpu)
  const spent = (from: number, ...usd: number[]) => ({ spent: { from, costs: usd.map((each) => ({ usd: each })) } })
  send(claim('w1'))
  send({ type: 'contract.heartbeat', at: 2500, fence: 1, ...spent(0, 0.1) })
  send({ type: 'contract.heartbeat', at: 2600, fence: 1, ...spent(0, 0.1) })
  send({ type: 'contract.release', at: 2700, fence: 1, ...spent(0, 0.1, 0.2) })
  send(claim('w2'))
  send({ type: 'contract.heartbeat', at: 2800, fence: 2, ...spent(0, 0.3) })
  send({ type: 'contract.fail', at: 2900, fence: 2, reason: 'torn', code: 'x.y', ...spent(1, 0.4) })
  expect(context().ledger.map(({ usd }: { usd: number }) => usd)).toEqual([0.1, 0.2, 0.3, 0.4])
  stop()
  const person = contract({ kind: 'human' })
  person.send({ type: 'contract.deliver', at: 2100, delivery: null, summary: '', spent: { costs: [{ usd: 80 }] } })
  expect(person.context()).toMatchObject({ ledger: [{ usd: 80, source: 'reported' }], handover: { summary: '' } })
  person.stop()
})

test('a worker that lives but does not get on fails the attempt', () => {
  const { send, value, clock, context, stop } = contract({ ...gpu, idleSeconds: 90 })
  send(claim('w1'))
  clock.increment(50_000)
  send({ type: 'contract.heartbeat', at: 52_000, fence: 1, logBytes: 10 })
  for (const at of [102_000, 141_000]) {
    clock.increment(at === 102_000 ? 50_000 : 39_000)
    send({ type: 'contract.heartbeat', at, fence: 1 })
  }
  expect(value()).toEqual(claimed)
  clock.increment(1000)
  expect(value()).toBe('failed')
  expect(context().failure).toMatchObject({ code: 'executor.idle', reason: 'w1 reported no progress for 90 s' })
  stop()
})

test('the limit of an attempt counts from the claim, whatever the worker says', () => {
  const { send, value, clock, context, stop } = contract({ kind: 'external', leaseSeconds: 86_400 })
  clock.increment(10_000_000)
  expect(value()).toEqual(offered)
  send(claim('w1'))
  clock.increment(300_000)
  send({ type: 'contract.heartbeat', at: 302_000, fence: 1, message: 'half' })
  clock.increment(300_000)
  expect(value()).toBe('failed')
  expect(context().failure).toMatchObject({ code: 'executor.timed_out' })
  stop()
})

test('a worker may give it up, for itself or for good', () => {
  const { send, value, context, heard, stop } = contract(gpu)
  send(claim('w1'))
  send({ type: 'contract.heartbeat', at: 2100, fence: 1, message: 'half', phase: 'execute' })
  send({ type: 'contract.release', at: 2200, fence: 1 })
  expect(value()).toEqual(offered)
  expect(context()).toMatchObject({ lease: null, progress: null, phase: 'plan', fence: 1, now: 2200 })
  send(claim('w2'))
  const told = { exitCode: 3, outputTail: 'smoke' }
  send({ type: 'contract.fail', at: 2300, fence: 2, code: 'worker.no_gpu', reason: 'it burnt down', ...told })
  expect(value()).toBe('failed')
  expect(heard.at(-1)).toMatchObject({
    type: 'contract.failed',
    failure: { code: 'worker.no_gpu', reason: 'it burnt down', ...told },
  })
  stop()
})

test('an interruption takes it from its worker; what was delivered by then is not done again', () => {
  const { send, begin, value, given, context, stop } = contract(gpu)
  send(claim('w1'))
  send({ type: 'contract.interrupt', at: 2100 })
  expect(context().lease).toBeNull()
  send({ type: 'contract.heartbeat', at: 2200, fence: 1 })
  expect(value()).toBe('queued')
  begin()
  send(claim('w2'))
  send({ type: 'contract.deliver', at: 2300, fence: 2, delivery: null, summary: 'nothing to do' })
  send({ type: 'contract.interrupt', at: 2400 })
  begin()
  expect(value()).toEqual({ working: 'executing' })
  expect(given).toHaveLength(2)
  send({ type: 'xstate.done.actor.contractor', output: { at: 3000, ...delivered('c1') } })
  send({ type: 'contract.rework', at: 3100, instructions: 'again', freshBase: false })
  begin()
  expect(value()).toEqual(offered)
  expect(context()).toMatchObject({ attempt: 2, handover: null, fence: 2 })
  stop()
})

test('a contract for a person waits for one, for as long as it takes', () => {
  const { send, value, tags, offers, heard, clock, given, said, stop } = contract({ kind: 'human', note: 'ask Anna' })
  expect(value()).toEqual({ working: 'awaitingPerson' })
  expect(tags()).toContain('waiting')
  expect(offers()).toMatchObject([{ key: 'person', data: { path: '/w', note: 'ask Anna', stepId: 'one-g1' } }])
  clock.increment(1_000_000_000)
  expect(value()).toEqual({ working: 'awaitingPerson' })
  send({ type: 'contract.deliver', at: 5000, by: 'anna', delivery: null, summary: 'done by hand' })
  expect(value()).toEqual({ working: 'executing' })
  expect(given[0].handover).toEqual({ delivery: null, summary: 'done by hand', by: 'anna' })
  expect(heard.map(({ type, at }) => [type, at])).toEqual([
    ['notice.raised', 1000],
    ['person.awaited', 1000],
    ['person.answered', 5000],
  ])
  send({ type: 'contract.phase', at: 5100, phase: 'execute' })
  expect(said()).toEqual([
    ['contract.offered', 'adjutant', 'one waits for a person to do it in /w'],
    ['contract.progress', 'anna', 'phase execute'],
  ])
  stop()
})

test('a person may give it up, and need not have a name', () => {
  const first = contract({ kind: 'human' })
  expect(first.offers()).toMatchObject([{ data: { note: null } }])
  first.send({ type: 'contract.fail', at: 5000, code: 'executor.failed', reason: 'cannot be done' })
  expect(first.value()).toBe('failed')
  first.stop()
  for (const by of [undefined, 'user']) {
    const other = contract({ kind: 'human' })
    other.send({ type: 'contract.deliver', at: 5000, by, delivery: null, summary: '' })
    expect(other.given[0].handover.by).toBeNull()
    other.send({ type: 'contract.phase', at: 5100, phase: 'execute' })
    expect(other.said().at(-1)).toEqual(['contract.progress', 'user', 'phase execute'])
    other.stop()
  }
})
