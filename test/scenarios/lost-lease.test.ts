import { expect, test } from 'vitest'
import { createGates } from '../runtime/gates.ts'
import { holdLocks, useHosts } from '../runtime/hosts.ts'
import { eventually } from '../support/eventually.ts'

const hosts = useHosts()
const { start } = hosts
const ADD = { type: 'ADD' }

const expireLeases = () => hosts.sql`update process set lease_until = clock_timestamp() - interval '1 s'`

test('a turn of a process that lost its lease is refused once another process owns the system', async () => {
  const { onPoint, holdAt } = createGates()
  const first = await start({ name: 'first', leaseMs: 60_000, onPoint })
  const { id } = await first.spawn('counter')
  const gate = holdAt('commit.before')
  const sending = first.send(id, ADD, { wait: 'processed' })
  await gate.reached
  await expireLeases()
  const second = await start({ name: 'second', leaseMs: 60_000 })
  // Owned and loaded by the second, at the number the first knows.
  await second.send(id, { type: 'END' }, { delay: 0, wait: 'processed', to: 'nobody' }).catch(() => {})
  expect((await second.snapshot(id)).seq).toBe(1)
  gate.open()
  await sending
  expect((await second.snapshot(id)).context.n).toBe(1)
  expect(await hosts.sql`select p.name from system s join process p on p.id = s.owner where s.id = ${id}`).toEqual([
    { name: 'second' },
  ])
})

test('a lease that ran out while it was being renewed is a lost one', async () => {
  const first = await start({ name: 'first', leaseMs: 1_500 })
  const { id } = await first.spawn('counter')
  await first.send(id, ADD)
  const second = await start({ name: 'second', leaseMs: 60_000 })
  const until = async () => (await hosts.sql`select lease_until as at from process where name = 'first'`)[0]?.at as Date
  const before = await until()
  await eventually(async () => expect(await until()).not.toEqual(before))
  // The next renewal is asked for in time, and answered too late.
  const release = await holdLocks(hosts.db.url, (sql) => sql`select from process where name = 'first' for update`)
  const kept = await until()
  await eventually(async () => {
    await second.send(id, ADD)
    expect(await hosts.sql`select from system s join process p on p.id = s.owner where p.name = 'second'`).toHaveLength(
      1,
    )
    expect((await second.snapshot(id)).seq).toBeGreaterThan(2)
  })
  await release()
  await eventually(async () => expect(await until()).not.toEqual(kept))
  // What it was sent before it owned the system may still be on its way.
  await second.settled(id)
  expect((await first.snapshot(id)).seq).toBe((await second.snapshot(id)).seq)
})
