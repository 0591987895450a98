import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { useHosts } from './hosts.ts'
import { counter, worker } from './machines.ts'
import { alarm, empty } from './odd-machines.ts'
import { SimulatedClock } from 'xstate'

const hosts = useHosts()
const start = (options = {}) => hosts.start({ machines: { counter, worker, alarm, empty }, ...options })

describe('waiting', () => {
  test('is refused when it takes too long', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('counter')
    await expect(runtime.waitFor(id, 'done', { timeout: 30 })).rejects.toMatchObject({ code: 'wait.timeout' })
    await expect(runtime.waitFor(id, { matches: 'ended' }, { timeout: 0 })).rejects.toMatchObject({
      code: 'wait.timeout',
    })
  })
  test('is refused when what is waited for can no longer come', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('counter')
    const waiting = expect(runtime.waitFor(id, { tag: 'never' })).rejects.toMatchObject({ code: 'system.failed' })
    await runtime.send(id, { type: 'END' })
    await waiting
    await expect(runtime.waitFor('nobody', 'done')).rejects.toMatchObject({ code: 'system.not_found' })
  })
  test('ends when another process brings it about', async () => {
    const watcher = await start({ name: 'watcher', roles: [] })
    const other = await start({ name: 'other' })
    const { id } = await other.spawn('counter')
    const done = watcher.waitFor(id, 'done', { timeout: 60_000 })
    await other.send(id, { type: 'END' })
    expect(await done).toMatchObject({ status: 'done', output: 0 })
  })
  test('ends with the runtime', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('counter')
    const waiting = expect(runtime.waitFor(id, 'done')).rejects.toMatchObject({ code: 'runtime.closed' })
    await runtime.close()
    await waiting
  })
})

describe('settled', () => {
  test('waits for queued activities, not for running ones nor for timers in the future', async () => {
    const gate = Promise.withResolvers<void>()
    let started = 0
    const work = async ({ input }: { input: unknown }) => {
      started++
      if (input) await gate.promise
    }
    const clock = new SimulatedClock()
    const runtime = await start({ clock, concurrency: 2, activities: { work } })
    const { id: quick } = await runtime.spawn('worker')
    await runtime.settled(quick)
    expect((await runtime.snapshot(quick)).value).toBe('done')
    const { id: slow } = await runtime.spawn('worker', { input: 'slow' })
    const { id: later } = await runtime.spawn('alarm')
    await runtime.send(later, { type: 'SET', delay: 1_000 })
    await runtime.settled()
    expect(started).toBe(2)
    expect((await runtime.snapshot(slow)).value).toBe('working')
    clock.increment(1_000)
    await runtime.settled()
    expect((await runtime.snapshot(later)).context.ticks).toBe(1)
    gate.resolve()
  })
})

describe('timers in machines', () => {
  test('under one id fire each; a cancel takes the later one', async () => {
    const clock = new SimulatedClock()
    const runtime = await start({ clock })
    const { id } = await runtime.spawn('alarm')
    for (const delay of [10, 20]) await runtime.send(id, { type: 'SET', id: 'x', delay })
    clock.increment(20)
    await runtime.settled(id)
    expect((await runtime.snapshot(id)).context.ticks).toBe(2)
    for (const delay of [10, 20]) await runtime.send(id, { type: 'SET', id: 'y', delay })
    await runtime.send(id, { type: 'FORGET', id: 'y' })
    expect(await hosts.sql`select due from mailbox where system_id = ${id}`).toEqual([{ due: 30 }])
    clock.increment(20)
    await runtime.settled(id)
    expect((await runtime.snapshot(id)).context.ticks).toBe(3)
  })
})

describe('a subscription', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
  test('tells each entry once and in order, and none from before', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('counter')
    await runtime.send(id, { type: 'ADD', by: 1_000 })
    const seen: [number, number][] = []
    const stop = runtime.subscribe(id, ({ seq, context }) => seen.push([seq, context.n]))
    await Promise.all(numbers(50).map(() => runtime.send(id, { type: 'ADD' })))
    await eventually(() => expect(seen).toEqual(numbers(50).map((n) => [n + 3, 1_001 + n])))
    stop()
    await runtime.send(id, { type: 'ADD' })
    await runtime.settled(id)
    expect(seen).toHaveLength(50)
  })
  test('tells of turns that another process takes', async () => {
    const watcher = await start({ name: 'watcher', roles: [] })
    const owner = await start({ name: 'owner' })
    const { id } = await owner.spawn('counter')
    const seen: number[] = []
    watcher.subscribe(id, ({ seq }) => seen.push(seq))
    for (const by of numbers(10)) await owner.send(id, { type: 'ADD', by })
    await watcher.send(id, { type: 'END' }, { wait: 'processed' })
    await eventually(() => expect(seen.at(-1)).toBe(12))
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(new Set(seen).size).toBe(seen.length)
  })
  test('outlives a lost connection', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('counter')
    const seen: number[] = []
    runtime.subscribe(id, ({ seq }) => seen.push(seq))
    await runtime.send(id, { type: 'ADD' })
    await eventually(() => expect(seen).toEqual([2]))
    await hosts.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
    await eventually(() => runtime.send(id, { type: 'ADD' }, { idempotencyKey: 'k' }))
    await eventually(() => expect(seen).toEqual([2, 3]))
  })
})
