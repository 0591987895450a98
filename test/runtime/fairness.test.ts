import { expect, test } from 'vitest'
import type { OnPoint } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()

const ADD = { type: 'ADD' }

/** The systems whose turns were about to be committed, in that order. */
function noted() {
  const turns: string[] = []
  const onPoint: OnPoint = (point, { systems }) => {
    if (point === 'commit.before') turns.push(...(systems as string[]))
  }
  return { turns, onPoint }
}

test('a system with thousands of events queued does not keep another waiting', async () => {
  const { turns, onPoint } = noted()
  const runtime = await hosts.start({ onPoint })
  const [busy, other] = await Promise.all([runtime.spawn('counter'), runtime.spawn('counter')])
  turns.length = 0
  const sending = Array.from({ length: 5_000 }, () => runtime.send(busy.id, ADD))
  await runtime.send(other.id, ADD)
  // A turn takes a hundred at most, and then it is the other one's.
  expect(turns.indexOf(other.id)).toBeLessThanOrEqual(2)
  await Promise.all(sending)
  expect(turns.filter((id) => id === busy.id)).toHaveLength(50)
  expect((await runtime.snapshot(busy.id)).context.n).toBe(5_000)
})

test('nor does one with a full mailbox', async () => {
  const absent = await hosts.start({ name: 'one' })
  const [busy, other] = await Promise.all([absent.spawn('counter'), absent.spawn('counter')])
  await absent.close({ abandon: true })
  const sender = await hosts.start({ name: 'sender', roles: [] })
  await Promise.all(Array.from({ length: 1_000 }, () => sender.send(busy.id, ADD)))
  await sender.send(other.id, ADD)
  const { turns, onPoint } = noted()
  const runtime = await hosts.start({ name: 'one', onPoint })
  await runtime.settled()
  expect(turns.indexOf(other.id)).toBeLessThanOrEqual(2)
  expect(turns.filter((id) => id === busy.id)).toHaveLength(10)
  expect((await runtime.snapshot(busy.id)).context.n).toBe(1_000)
})

test('systems that leave memory after little are written nowhere, stay, and wake by themselves', async () => {
  const runtime = await hosts.start({ cacheSize: 2 })
  const ids = await Promise.all(Array.from({ length: 30 }, async () => (await runtime.spawn('blinker')).id))
  expect(await hosts.sql`select from actor where system_id = any(${ids})`).toHaveLength(0)
  expect(await hosts.sql`select from system where id = any(${ids}) and owner is null`).toHaveLength(0)
  await eventually(async () => {
    const rows = await hosts.sql`select from system where id = any(${ids}) and seq >= 2`
    expect(rows).toHaveLength(ids.length)
  })
})
