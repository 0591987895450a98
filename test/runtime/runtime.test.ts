import { afterEach, beforeAll, afterAll, expect, test } from 'vitest'
import { assign, SimulatedClock } from 'xstate'
import { createRuntime, type Runtime, type RuntimeOptions } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { blinker, counter, pinger, worker } from './machines.ts'

let db: TestDatabase
const open: Runtime[] = []

beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.close()
})

const start = async (options: Partial<RuntimeOptions> = {}) => {
  const runtime = await createRuntime({ database: db.url, machines: { counter, blinker, pinger, worker }, ...options })
  open.push(runtime)
  await runtime.start()
  return runtime
}

test('an event changes the state, and the state is there after a restart', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  await runtime.send(id, { type: 'ADD', by: 2 })
  expect(await runtime.snapshot(id)).toMatchObject({
    value: 'counting',
    context: { n: 2 },
    status: 'active',
    next: ['ADD', 'END', 'BOOM'],
  })
  await runtime.close()
  const next = await start()
  await next.send(id, { type: 'ADD' }, { wait: 'processed' })
  expect((await next.snapshot(id)).context.n).toBe(3)
  await next.send(id, { type: 'END' }, { wait: 'processed' })
  expect(await next.waitFor(id, 'done')).toMatchObject({ output: 3, status: 'done' })
  await expect(next.send(id, { type: 'ADD' })).rejects.toMatchObject({ code: 'system.final' })
  expect((await next.emitted(id)).map(({ event }) => event)).toEqual([
    { type: 'added', n: 2 },
    { type: 'added', n: 3 },
  ])
  expect((await next.history(id)).map(({ seq, event, context }) => [seq, event.type, context.n])).toEqual([
    [1, 'xstate.init', 0],
    [2, 'ADD', 2],
    [3, 'ADD', 3],
    [4, 'END', 3],
  ])
})

test('a key is processed once, however often it is sent', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  await Promise.all([1, 2, 3].map(() => runtime.send(id, { type: 'ADD' }, { idempotencyKey: 'k' })))
  await runtime.send(id, { type: 'ADD' }, { idempotencyKey: 'k', wait: 'processed' })
  expect((await runtime.snapshot(id)).context.n).toBe(1)
})

test('timers fire by the clock, also when the system was out of memory', async () => {
  const clock = new SimulatedClock()
  const runtime = await start({ clock })
  const { id } = await runtime.spawn('blinker')
  clock.increment(1_000)
  await runtime.settled(id)
  expect((await runtime.snapshot(id)).value).toBe('off')
  await runtime.close()
  clock.increment(1_000)
  const next = await start({ clock })
  await next.settled(id)
  expect((await next.snapshot(id)).value).toBe('on')
  await next.send(id, { type: 'STOP' }, { wait: 'processed' })
  clock.increment(10_000)
  await next.settled(id)
  expect((await next.snapshot(id)).value).toBe('stopped')
})

test('parents and children talk within a turn, and children can be addressed', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('pinger')
  await runtime.send(id, { type: 'GO' })
  expect((await runtime.snapshot(id)).context.pongs).toBe(1)
  await runtime.send(id, { type: 'PING' }, { to: 'ponger' })
  expect((await runtime.snapshot(id, 'ponger')).context.got).toBe(2)
  await runtime.close()
  const next = await start()
  await next.send(id, { type: 'GO' }, { wait: 'processed' })
  expect((await next.snapshot(id, 'ponger')).context.got).toBe(3)
  await next.send(id, { type: 'LEAVE' }, { wait: 'processed' })
  await expect(next.send(id, { type: 'PING' }, { to: 'ponger' })).rejects.toMatchObject({ code: 'actor.not_found' })
})

test('an activity runs, reports and delivers its result', async () => {
  const runtime = await start({
    activities: {
      work: async ({ input, report, idempotencyKey, attempt }) => {
        await report({ type: 'progress', at: 1 })
        return { input, idempotencyKey, attempt }
      },
    },
  })
  const { id } = await runtime.spawn('worker', { input: { a: 1 } })
  const snapshot = await runtime.waitFor(id, { matches: 'done' }, { timeout: 60_000 })
  expect(snapshot.context).toMatchObject({
    result: { input: { a: 1 }, attempt: 1 },
    reports: [{ type: 'progress', at: 1 }],
  })
})

test('a promise in the machine is hosted as it stands', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('worker')
  expect((await runtime.waitFor(id, { matches: 'done' }, { timeout: 60_000 })).context.result).toBe(
    'by the machine itself',
  )
})

test('a root that throws is parked, shows its error, and goes on with the same event once it is mended and let', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  await runtime.send(id, { type: 'ADD' })
  await runtime.send(id, { type: 'BOOM' })
  expect(await runtime.snapshot(id)).toMatchObject({
    status: 'error',
    value: 'counting',
    context: { n: 1 },
    error: { message: 'boom' },
  })
  expect(await runtime.parked()).toMatchObject([{ id, reason: { message: 'boom' } }])
  await expect(runtime.waitFor(id, 'done')).rejects.toMatchObject({ code: 'system.failed' })
  await expect(runtime.send(id, { type: 'ADD' }, { wait: 'processed' })).rejects.toMatchObject({
    code: 'system.parked',
  })
  await runtime.close()
  const mended = counter.provide({ actions: { explode: assign({ n: ({ context }) => context.n + 10 }) } })
  const next = await start({ machines: { counter: mended } })
  await next.unpark(id)
  await next.settled(id)
  expect(await next.snapshot(id)).toMatchObject({ status: 'active', context: { n: 12 } })
  await expect(next.unpark(id)).rejects.toMatchObject({ code: 'system.not_parked' })
})

test('bad sends are refused with a code', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter', { id: 'mine', input: 1 })
  expect(await runtime.spawn('counter', { id: 'mine', input: 1 })).toEqual({ id })
  await expect(runtime.spawn('counter', { id: 'mine', input: 2 })).rejects.toMatchObject({ code: 'system.exists' })
  await expect(runtime.send('nobody', { type: 'ADD' })).rejects.toMatchObject({ code: 'system.not_found' })
  await expect(runtime.send(id, { type: 'ADD', x: 'y'.repeat(1_100_000) })).rejects.toMatchObject({
    code: 'event.too_large',
  })
  await expect(runtime.send(id, {} as never)).rejects.toMatchObject({ code: 'event.invalid' })
})

test('leaving the state aborts the activity, and it is not run again', async () => {
  const started = Promise.withResolvers<AbortSignal>()
  const ended = Promise.withResolvers<void>()
  let attempts = 0
  const work = async ({ signal }: { signal: AbortSignal }) => {
    attempts++
    started.resolve(signal)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    ended.resolve()
  }
  const runtime = await start({ activities: { work } })
  const { id } = await runtime.spawn('worker')
  const signal = await started.promise
  await runtime.send(id, { type: 'CANCEL' })
  await ended.promise
  expect(signal.reason).toMatchObject({ code: 'activity.cancelled' })
  await runtime.close()
  const next = await start({ activities: { work } })
  await next.settled()
  expect(attempts).toBe(1)
  expect((await next.snapshot(id)).value).toBe('cancelled')
})
