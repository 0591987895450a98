import { describe, expect, test } from 'vitest'
import { SimulatedClock } from 'xstate'
import { eventually } from '../support/eventually.ts'
import { createGates } from './gates.ts'
import { blockedBackend, holdLocks, useHosts } from './hosts.ts'
import { recorder } from './odd-machines.ts'

const hosts = useHosts()
const start = (options = {}) => hosts.start({ machines: { recorder }, ...options })
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
// Too long for an index of Postgres, and not compressible.
const longKey = numbers(2_500)
  .map((n) => (n * 7_919).toString(36))
  .join('')

describe('the order of sends', () => {
  test('is kept through one process, in memory', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('recorder')
    await Promise.all(numbers(300).map((n) => runtime.send(id, { type: 'N', n })))
    expect((await runtime.snapshot(id)).context.seen).toEqual(numbers(300))
  })
  test('is kept from the mailbox on, while the system is being loaded', async () => {
    const first = await start()
    const { id } = await first.spawn('recorder')
    await first.close()
    const second = await start()
    const sends = []
    for (const n of numbers(200)) {
      sends.push(second.send(id, { type: 'N', n }))
      if (n % 20 === 0) await sends[n]
    }
    await Promise.all(sends)
    await second.settled(id)
    expect((await second.snapshot(id)).context.seen).toEqual(numbers(200))
  })
  test('is kept by a process that does not take turns itself', async () => {
    const owner = await start({ name: 'owner' })
    const { id } = await owner.spawn('recorder')
    const sender = await start({ name: 'sender', roles: [] })
    await Promise.all(numbers(100).map((n) => sender.send(id, { type: 'N', n }, { wait: 'processed' })))
    expect((await sender.snapshot(id)).context.seen).toEqual(numbers(100))
  })
  test('is kept among keys, whatever they are called', async () => {
    const owner = await start({ name: 'owner' })
    const { id } = await owner.spawn('recorder')
    const sender = await start({ name: 'sender', roles: [] })
    await Promise.all(
      numbers(100).map((n) => sender.send(id, { type: 'N', n }, n % 3 ? { idempotencyKey: `key ${n * 7}` } : {})),
    )
    await owner.settled(id)
    expect((await sender.snapshot(id)).context.seen).toEqual(numbers(100))
  })
})

test('a delayed send is delivered when it is due, by the clock of the runtime, and survives a restart', async () => {
  const clock = new SimulatedClock()
  const first = await start({ clock })
  const { id } = await first.spawn('recorder')
  await first.send(id, { type: 'N', n: 2 }, { delay: 2_000 })
  await first.send(id, { type: 'N', n: 1 }, { delay: 1_000 })
  await first.send(id, { type: 'N', n: 0 })
  await first.settled(id)
  expect((await first.snapshot(id)).context.seen).toEqual([0])
  await first.close()
  clock.increment(1_000)
  const second = await start({ clock })
  await second.settled(id)
  expect((await second.snapshot(id)).context.seen).toEqual([0, 1])
  clock.increment(1_000)
  await second.settled(id)
  expect((await second.snapshot(id)).context.seen).toEqual([0, 1, 2])
})

describe('what the database would refuse', () => {
  const poor: [string, { to?: string; idempotencyKey?: string }][] = [
    ['a key that is too long', { idempotencyKey: longKey }],
    ['an empty key', { idempotencyKey: '' }],
    ['a key with a zero character', { idempotencyKey: 'a\u0000b' }],
    ['an address with a zero character', { to: 'a\u0000b' }],
  ]
  test.each(poor)('%s is refused alone, whoever owns the system', async (_, options) => {
    const owner = await start({ name: 'owner' })
    const other = await start({ name: 'other', roles: [] })
    const { id } = await owner.spawn('recorder')
    for (const runtime of [owner, other]) {
      const [bad, ...good] = await Promise.allSettled([
        runtime.send(id, { type: 'N', n: 1 }, options),
        runtime.send(id, { type: 'N', n: 2 }, { idempotencyKey: `good ${runtime === owner}` }),
        runtime.send(id, { type: 'N', n: 3 }),
      ])
      expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'Rejection' } })
      expect(good.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    }
    await owner.settled(id)
    await eventually(async () => expect((await owner.snapshot(id)).context.seen).toEqual([2, 3, 2, 3]))
    expect(await owner.parked()).toEqual([])
  })
  test('an unknown system with an odd name is just not found', async () => {
    const runtime = await start()
    for (const id of ['a\u0000b', '', longKey])
      await expect(runtime.send(id, { type: 'N', n: 1 })).rejects.toMatchObject({ code: 'system.not_found' })
  })
})

test('text that is not Unicode and zero characters are fine inside of events', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('recorder')
  const odd = ['\u0000', '\ud800', 'a\udfffb']
  for (const n of odd) await runtime.send(id, { type: 'N', n })
  await runtime.close()
  expect((await (await start()).snapshot(id)).context.seen).toEqual(odd)
})

test('sends queued behind the event that parks their system are kept, and their senders answered', async () => {
  const { onPoint, holdAt } = createGates()
  const runtime = await start({ onPoint })
  const { id } = await runtime.spawn('recorder')
  const gate = holdAt('commit.before')
  const first = runtime.send(id, { type: 'N', n: 0 })
  await gate.reached
  const sends = [
    runtime.send(id, { type: 'N', n: 1 }),
    runtime.send(id, { type: 'BOOM' }),
    runtime.send(id, { type: 'N', n: 2 }),
    runtime.send(id, { type: 'N', n: 3 }),
  ]
  gate.open()
  await Promise.all([first, ...sends])
  expect(await runtime.parked()).toMatchObject([{ id, reason: { code: 'machine.failed' } }])
  const mended = recorder.provide({ actions: { explode: () => {} } })
  await runtime.close()
  const next = await start({ machines: { recorder: mended } })
  await next.unpark(id)
  await next.settled(id)
  expect((await next.snapshot(id)).context.seen).toEqual([0, 1, 2, 3])
})

test('an event of exactly the largest size passes, and the next size does not', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('recorder')
  const sized = (bytes: number) => ({ type: 'N', n: 'x'.repeat(bytes - '{"type":"N","n":""}'.length) })
  await runtime.send(id, sized(1_000_000))
  await expect(runtime.send(id, sized(1_000_001))).rejects.toMatchObject({ code: 'event.too_large' })
  await expect(runtime.send(id, { type: 'N', n: () => {} })).rejects.toMatchObject({ code: 'event.invalid' })
})

test('a send that the database never answered is refused when it has no key, and repeated when it has one', async () => {
  const runtime = await start({ roles: [] })
  const owner = await start({ name: 'owner' })
  const { id } = await owner.spawn('recorder')
  const release = await holdLocks(hosts.db.url, (sql) => sql`lock table mailbox in exclusive mode`)
  const unkeyed = expect(runtime.send(id, { type: 'N', n: 1 })).rejects.toMatchObject({ code: 'send.unknown' })
  const keyed = runtime.send(id, { type: 'N', n: 2 }, { idempotencyKey: 'k' })
  await hosts.sql`select pg_terminate_backend(${await blockedBackend(hosts.sql, 'with mail as')})`
  await unkeyed
  await release()
  expect(await keyed).toEqual({ duplicate: false })
  await eventually(async () => expect((await owner.snapshot(id)).context.seen).toEqual([2]))
})
