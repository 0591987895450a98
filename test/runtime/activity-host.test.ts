import { describe, expect, test } from 'vitest'
import { SimulatedClock } from 'xstate'
import { ActivityFailure, type Activity, type ActivityContext, type Runtime } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { createGates } from './gates.ts'
import { blockedBackend, holdLocks, useHosts } from './hosts.ts'
import { worker } from './machines.ts'
import { restarter } from './odd-machines.ts'

const hosts = useHosts()
const machines = { worker, restarter }
const start = (work: Activity, options = {}) => hosts.start({ machines, activities: { work }, ...options })

const ended = async (runtime: Runtime, id: string) => {
  const { value, context } = await eventually(async () => {
    const snapshot = await runtime.snapshot(id)
    expect(snapshot.value).not.toBe('working')
    return snapshot
  })
  return { value, result: context.result }
}
const activityRow = async (id: string) =>
  (
    await hosts.sql`select status, attempt, lost, owner, run_at from activity where system_id = ${id} order by incarnation`
  )[0]

/** Runs until it is aborted, and says when it runs and with which reason it ended. */
function patient() {
  const running = Promise.withResolvers<ActivityContext>()
  const reason = Promise.withResolvers<{ code: string }>()
  const run = (context: ActivityContext) =>
    new Promise<never>((_, reject) => {
      running.resolve(context)
      context.signal.addEventListener('abort', () => {
        reason.resolve(context.signal.reason)
        reject(context.signal.reason)
      })
    })
  return { run, running: running.promise, reason: reason.promise }
}

describe('an attempt that fails', () => {
  test("is the machine's to decide on: its error event carries code and message", async () => {
    const runtime = await start(() => Promise.reject(new ActivityFailure('disk.full', 'no room')))
    const { id } = await runtime.spawn('worker')
    expect(await ended(runtime, id)).toMatchObject({
      value: 'failed',
      result: { name: 'ActivityFailure', code: 'disk.full', message: 'no room' },
    })
    expect(await activityRow(id)).toMatchObject({ status: 'failed', attempt: 1 })
  })
  test('is repeated under one key as the policy says, by the clock of the runtime', async () => {
    const clock = new SimulatedClock()
    const seen: [number, string][] = []
    const run = async ({ attempt, idempotencyKey }: ActivityContext) => {
      seen.push([attempt, idempotencyKey])
      if (attempt < 3) throw new ActivityFailure('net.down', 'later', { retryable: true, retryAfterMs: 60_000 })
      return 'at last'
    }
    const runtime = await start({ run, retry: { maxAttempts: 3 } }, { clock })
    const { id } = await runtime.spawn('worker')
    for (const n of [1, 2]) {
      await eventually(async () =>
        expect(await activityRow(id)).toMatchObject({ status: 'queued', attempt: n, runAt: n * 60_000 }),
      )
      await runtime.settled(id)
      expect(seen).toHaveLength(n)
      clock.increment(60_000)
    }
    expect(await ended(runtime, id)).toEqual({ value: 'done', result: 'at last' })
    expect(seen.map(([attempt]) => attempt)).toEqual([1, 2, 3])
    expect(new Set(seen.map(([, key]) => key)).size).toBe(1)
  })
  test('for the last time sends the error of that time', async () => {
    let attempts = 0
    const run = async () => {
      throw new Error(`failure ${++attempts}`)
    }
    const runtime = await start({ run, retry: { maxAttempts: 2, initialMs: 1 } })
    const { id } = await runtime.spawn('worker')
    expect(await ended(runtime, id)).toMatchObject({ value: 'failed', result: { message: 'failure 2' } })
  })
  test('by throwing before it returns a promise fails like any other', async () => {
    const runtime = await start((() => {
      throw new TypeError('at once')
    }) as Activity)
    const { id } = await runtime.spawn('worker')
    expect((await ended(runtime, id)).result).toBeInstanceOf(TypeError)
  })
})

describe('an attempt that takes too long', () => {
  test('is aborted at its timeout', async () => {
    const { run, reason } = patient()
    const runtime = await start({ run, timeoutMs: 50 })
    const { id } = await runtime.spawn('worker')
    expect(await reason).toMatchObject({ code: 'activity.timed_out' })
    expect(await ended(runtime, id)).toMatchObject({ value: 'failed', result: { code: 'activity.timed_out' } })
  })
  test('without a heartbeat is aborted, and repeated while attempts are left', async () => {
    let attempts = 0
    const run = async (context: ActivityContext) => (++attempts === 1 ? await patient().run(context) : 'second')
    const runtime = await start({ run, heartbeatMs: 500, retry: { maxAttempts: 2, initialMs: 1 } })
    const { id } = await runtime.spawn('worker')
    expect(await ended(runtime, id)).toEqual({ value: 'done', result: 'second' })
  })
  test('lives as long as it gives heartbeats', async () => {
    const run = async ({ heartbeat, signal }: ActivityContext) => {
      const until = performance.now() + 3_000
      while (performance.now() < until) await heartbeat()
      return signal.aborted
    }
    const runtime = await start({ run, heartbeatMs: 1_500 })
    const { id } = await runtime.spawn('worker')
    expect(await ended(runtime, id)).toEqual({ value: 'done', result: false })
  })
})

describe('a result', () => {
  test('that cannot be stored is a failure', async () => {
    const runtime = await start(async () => ({ nested: { fn: () => {} } }))
    const { id } = await runtime.spawn('worker')
    expect(await ended(runtime, id)).toMatchObject({
      value: 'failed',
      result: { code: 'activity.result_unstorable', message: expect.stringContaining('nested.fn') },
    })
  })
  test('of more than 1 MB is a failure', async () => {
    const runtime = await start(async () => 'x'.repeat(1_000_001))
    const { id } = await runtime.spawn('worker')
    expect((await ended(runtime, id)).result).toMatchObject({ code: 'activity.result_unstorable' })
  })
  test('keeps what JSON loses', async () => {
    const runtime = await start(async () => new Map([['at', new Date(7)]]))
    const { id } = await runtime.spawn('worker')
    expect((await ended(runtime, id)).result).toEqual(new Map([['at', new Date(7)]]))
  })
})

describe('a cancellation', () => {
  test('reaches the function in another process', async () => {
    const { run, running, reason } = patient()
    const turns = await start(run, { roles: ['turns'] })
    const workers = await start(run, { roles: ['activities'] })
    const { id } = await turns.spawn('worker')
    await running
    await turns.send(id, { type: 'CANCEL' })
    expect(await reason).toMatchObject({ code: 'activity.cancelled' })
    await workers.settled()
    expect((await turns.snapshot(id)).value).toBe('cancelled')
    expect(await activityRow(id)).toMatchObject({ status: 'cancelled', attempt: 1, owner: null })
  })
  test('makes a report or a heartbeat fail, even when nobody was told', async () => {
    const { run, running } = patient()
    const runtime = await start(run)
    const { id } = await runtime.spawn('worker')
    const context = await running
    await hosts.sql`update activity set status = 'cancelled', owner = null where system_id = ${id}`
    await expect(context.report({ type: 'progress' })).rejects.toMatchObject({ code: 'activity.superseded' })
    await expect(context.heartbeat()).rejects.toMatchObject({ code: 'activity.superseded' })
    expect(context.signal.aborted).toBe(true)
    expect((await runtime.snapshot(id)).context.reports).toEqual([])
  })
})

describe('an invoke that is entered again', () => {
  test('never sees the result of the time before', async () => {
    const { onPoint, holdAt } = createGates()
    const first = holdAt('activity.ran')
    const runtime = await start(async ({ input }: ActivityContext) => `round ${input}`, { onPoint })
    const { id } = await runtime.spawn('restarter')
    await first.reached
    await runtime.send(id, { type: 'AGAIN' }, { wait: 'processed' })
    first.open()
    await runtime.waitFor(id, { matches: 'done' }, { timeout: 60_000 })
    await runtime.settled(id)
    expect((await runtime.snapshot(id)).context.results).toEqual(['round 2'])
  })
  test('drops a result that was stored before and is taken after', async () => {
    const { onPoint, holdAt } = createGates()
    const runtime = await start(async ({ input }: ActivityContext) => `round ${input}`, { onPoint })
    const stored = holdAt('activity.stored')
    const { id } = await runtime.spawn('restarter')
    await stored.reached
    // From memory, so before the mail that the poll may be reading: either order is right, no result comes twice.
    await runtime.send(id, { type: 'AGAIN' }, { wait: 'processed' })
    stored.open()
    await runtime.waitFor(id, { matches: 'done' }, { timeout: 60_000 })
    await runtime.settled(id)
    const { results, round } = (await runtime.snapshot(id)).context
    expect(round).toBe(2)
    expect(results.at(-1)).toBe('round 2')
    expect(new Set(results).size).toBe(results.length)
  })
})

test('a graceful close hands what runs to the next process, under the same key', async () => {
  const first = patient()
  const closing = await start(first.run)
  const { id } = await closing.spawn('worker')
  const { idempotencyKey } = await first.running
  await closing.close()
  expect(await first.reason).toMatchObject({ code: 'activity.interrupted' })
  expect(await activityRow(id)).toMatchObject({ status: 'queued', owner: null, lost: 1 })
  const next = await start(async (context: ActivityContext) => [context.idempotencyKey, context.attempt])
  expect(await ended(next, id)).toEqual({ value: 'done', result: [idempotencyKey, 2] })
})

test('an activity that keeps taking its process with it is failed in the end', async () => {
  const runtime = await start({ run: async () => 'never', retry: { maxLost: 2 } }, { roles: ['turns'] })
  const { id } = await runtime.spawn('worker')
  await hosts.sql`update activity set lost = 3, attempt = 3 where system_id = ${id}`
  await start({ run: async () => 'never', retry: { maxLost: 2 } }, { roles: ['activities'] })
  expect(await ended(runtime, id)).toMatchObject({ value: 'failed', result: { code: 'activity.lost' } })
})

test('one process takes turns and another runs activities', async () => {
  const turns = await start(() => Promise.reject(new Error('not here')), { roles: ['turns'] })
  const done = async ({ input, report }: ActivityContext) => {
    await report({ type: 'progress', percent: 50 })
    return input
  }
  await start(done, { roles: ['activities'], concurrency: 3 })
  const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => turns.spawn('worker', { input: { n } })))
  for (const [n, { id }] of ids.entries()) {
    expect(await ended(turns, id)).toEqual({ value: 'done', result: { n } })
    expect((await turns.snapshot(id)).context.reports).toEqual([{ type: 'progress', percent: 50 }])
  }
})

test('a lost connection while an attempt is put back does not lose the attempt', async () => {
  let attempts = 0
  const run = async () => {
    if (++attempts === 1) throw new Error('first')
    return 'second'
  }
  const { onPoint, holdAt } = createGates()
  const ran = holdAt('activity.ran')
  const runtime = await start({ run, retry: { maxAttempts: 2, initialMs: 1 } }, { onPoint })
  const { id } = await runtime.spawn('worker')
  await ran.reached
  const release = await holdLocks(hosts.db.url, (sql) => sql`select from activity where system_id = ${id} for update`)
  ran.open()
  await hosts.sql`select pg_terminate_backend(${await blockedBackend(hosts.sql)})`
  await release()
  expect(await ended(runtime, id)).toEqual({ value: 'done', result: 'second' })
})
