import { SimulatedClock } from 'xstate'
import { expect, test } from 'vitest'
import type { Runtime } from '../../runtime/index.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()
const day = 24 * 60 * 60_000
const started = Date.UTC(2026, 0, 1)

/** A clock that stands at noon of a day until it is moved. */
function calendar() {
  const clock = new SimulatedClock()
  clock.set(started)
  return { clock, day: (n: number) => clock.set(started + n * day), at: (n: number) => new Date(started + n * day) }
}

const add = async (runtime: Runtime, id: string, times: number, to?: string) => {
  for (let n = 0; n < times; n++) await runtime.send(id, { type: to ? 'GO' : 'ADD' }, { wait: 'processed' })
}
const pruned = (first: number) => ({ name: 'Rejection', code: 'history.pruned', first })

test('old entries go; the last of them holds the whole state, so all that is left is as exact as before', async () => {
  const { clock, ...days } = calendar()
  const runtime = await hosts.start({ clock })
  const { id } = await runtime.spawn('pinger', { id: 'old' })
  await add(runtime, id, 100, 'GO')
  days.day(20)
  await add(runtime, id, 3, 'GO')
  const before = await runtime.history(id)
  const { seq, first, bytes } = await runtime.prunable(id, { before: days.at(10) })
  expect([first, before[seq]!.at]).toEqual([1, days.at(20)])
  expect(bytes).toBeGreaterThan(1000)
  expect(await runtime.prune(id, { before: days.at(10) })).toEqual({ entries: seq - 1 })
  await expect(runtime.history(id)).rejects.toMatchObject(pruned(seq))
  await expect(runtime.history(id, { after: seq - 2 })).rejects.toMatchObject(pruned(seq))
  const plain = (entries: typeof before) => entries.map((entry) => ({ ...entry, context: entry.context }))
  expect(plain(await runtime.history(id, { after: seq - 1 }))).toEqual(plain(before.slice(seq - 1)))
  expect(await runtime.prune(id, { before: days.at(10) })).toEqual({ entries: 0 })
  expect(await runtime.trail(id, { limit: 1 })).toMatchObject([{ seq }])
  // It goes on as if nothing had happened, also in another process, and is pruned again later.
  await add(runtime, id, 250, 'GO')
  await runtime.close()
  const next = await hosts.start({ clock })
  await add(next, id, 1, 'GO')
  expect((await next.snapshot(id)).context.pongs).toBe(354)
  days.day(40)
  await next.prune(id, { before: days.at(30) })
  const [whole] = await hosts.sql`select count(*)::int as entries from journal where system_id = ${id}`
  expect(whole!['entries']).toBe(1)
  await add(next, id, 1, 'GO')
  expect((await next.snapshot(id)).context.pongs).toBe(355)
})

test('one that has ended is pruned to a single entry, from which it is restored whole', async () => {
  const { clock, ...days } = calendar()
  const runtime = await hosts.start({ clock })
  const { id } = await runtime.spawn('counter')
  await add(runtime, id, 30)
  await runtime.send(id, { type: 'END' }, { wait: 'processed' })
  await runtime.close()
  days.day(100)
  const next = await hosts.start({ clock })
  expect(await next.prune(id, { before: days.at(50) })).toEqual({ entries: 31 })
  await expect(next.emitted(id)).rejects.toMatchObject(pruned(32))
  expect(await next.emitted(id, { after: 31 })).toEqual([])
  expect(await next.snapshot(id)).toMatchObject({ status: 'done', output: 30, context: { n: 30 } })
  expect(await next.history(id, { after: 31 })).toMatchObject([{ seq: 32, event: { type: 'END' }, context: { n: 30 } }])
  await next.close()
  const last = await hosts.start({ clock })
  expect(await last.snapshot(id)).toMatchObject({ status: 'done', output: 30 })
})

test('keys outlive pruning by seven days: who repeats a send is answered as the first time', async () => {
  const { clock, ...days } = calendar()
  const runtime = await hosts.start({ clock })
  const { id } = await runtime.spawn('counter')
  const send = () => runtime.send(id, { type: 'ADD' }, { idempotencyKey: 'once', wait: 'processed' })
  const first = await send()
  await add(runtime, id, 5)
  days.day(6)
  await add(runtime, id, 1)
  expect(await runtime.prune(id, { before: days.at(6) })).toEqual({ entries: 0 })
  expect(await send()).toMatchObject({ seq: first.seq, duplicate: true })
  days.day(8)
  expect((await runtime.prune(id, { before: days.at(8) })).entries).toBeGreaterThan(0)
  expect((await runtime.snapshot(id)).context.n).toBe(7)
})

test('two who prune at once, beside a runtime that goes on, lose nothing', async () => {
  const { clock, ...days } = calendar()
  const [runtime, other] = [await hosts.start({ clock }), await hosts.start({ clock })]
  const { id } = await runtime.spawn('counter')
  await add(runtime, id, 40)
  days.day(10)
  await add(runtime, id, 40)
  days.day(30)
  const results = await Promise.all([
    runtime.prune(id, { before: days.at(5) }),
    other.prune(id, { before: days.at(15) }),
    runtime.prune(id, { before: days.at(15) }),
    add(runtime, id, 10),
  ])
  expect(results.slice(0, 3).some((each) => (each as { entries: number }).entries > 0)).toBe(true)
  await other.prune(id, { before: days.at(15) })
  expect((await runtime.history(id, { after: 80 })).map(({ context }) => context.n)).toEqual([
    80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90,
  ])
})
