import { expect, onTestFinished, test } from 'vitest'
import { SimulatedClock } from 'xstate'
import type { Runtime } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { createCable } from './cable.ts'
import { createGates } from './gates.ts'
import { blockedBackend, holdLocks, useHosts } from './hosts.ts'

const hosts = useHosts()
const { start } = hosts

const ADD = { type: 'ADD' }
const NAME = { name: 'one' }

const seenEvents = async (runtime: Runtime, id: string) => (await runtime.history(id)).map(({ event }) => event.type)

const expireLeases = () => hosts.sql`update process set lease_until = clock_timestamp() - interval '1 s'`

test('K1: before its commit is sent a turn leaves no trace, and the sender may try again', async () => {
  const { onPoint, holdAt } = createGates()
  const first = await start({ ...NAME, onPoint })
  const { id } = await first.spawn('counter')
  const gate = holdAt('commit.before')
  const sending = first.send(id, ADD, { idempotencyKey: 'k' })
  const refused = expect(sending).rejects.toMatchObject({ code: 'send.unknown' })
  await gate.reached
  await first.close({ abandon: true })
  const second = await start(NAME)
  expect(await second.snapshot(id)).toMatchObject({ seq: 1, context: { n: 0 } })
  gate.open()
  await refused
  expect(await second.send(id, ADD, { idempotencyKey: 'k', wait: 'processed' })).toEqual({ seq: 2, duplicate: false })
  expect((await second.snapshot(id)).context.n).toBe(1)
})

test('K1: mail that was accepted is processed by a process of another name, once the lease has run out', async () => {
  const { onPoint, holdAt } = createGates()
  const first = await start({ name: 'first', leaseMs: 300, onPoint })
  const { id } = await first.spawn('counter')
  await first.send(id, { type: 'END' }, { delay: 3_600_000 })
  const gate = holdAt('commit.before')
  await first.send(id, ADD, { delay: 0, idempotencyKey: 'k' })
  await gate.reached
  await first.close({ abandon: true })
  const second = await start({ name: 'second' })
  await eventually(async () => expect((await second.snapshot(id)).context.n).toBe(1))
  expect(await second.send(id, ADD, { idempotencyKey: 'k' })).toEqual({ seq: 2, duplicate: true })
  expect(await seenEvents(second, id)).toEqual(['xstate.init', 'ADD'])
})

test('K1: a timer whose turn was not committed fires in the next process, once', async () => {
  const { onPoint, holdAt } = createGates()
  const clock = new SimulatedClock()
  const first = await start({ ...NAME, clock, onPoint })
  const { id } = await first.spawn('blinker')
  const gate = holdAt('commit.before')
  clock.increment(1_000)
  await gate.reached
  await first.close({ abandon: true })
  const second = await start({ ...NAME, clock })
  await second.settled(id)
  expect(await second.snapshot(id)).toMatchObject({ value: 'off', seq: 2 })
  clock.increment(1_000)
  await second.settled(id)
  expect(await second.snapshot(id)).toMatchObject({ value: 'on', seq: 3 })
})

test('K2: a backend that is killed before it commits is asked again, under the same turn', async () => {
  const { onPoint, holdAt } = createGates()
  const runtime = await start({ onPoint })
  const { id } = await runtime.spawn('counter')
  const release = await holdLocks(hosts.db.url, (sql) => sql`select from system where id = ${id} for update`)
  const gate = holdAt('commit.before')
  const sending = runtime.send(id, ADD)
  const { turn } = await gate.reached
  gate.open()
  await hosts.sql`select pg_terminate_backend(${await blockedBackend(hosts.sql)})`
  await release()
  await sending
  expect((await runtime.snapshot(id)).context.n).toBe(1)
  expect(await hosts.sql`select turn from journal where system_id = ${id} and seq = 2`).toEqual([{ turn }])
})

test('K2: a commit whose answer was lost with the connection is recognized by its turn', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const runtime = await start({ database: cable.url })
  const { id } = await runtime.spawn('counter')
  cable.swallowAnswersTo('mark-of-the-lost')
  const sending = runtime.send(id, { ...ADD, mark: 'mark-of-the-lost' }, { idempotencyKey: 'k' })
  await eventually(async () => expect(await hosts.sql`select from journal where system_id = ${id}`).toHaveLength(2))
  cable.cut({ tellServer: true })
  expect(await sending).toEqual({ seq: 2, duplicate: false })
  await runtime.send(id, ADD)
  expect((await runtime.snapshot(id)).context.n).toBe(2)
  expect(await seenEvents(runtime, id)).toEqual(['xstate.init', 'ADD', 'ADD'])
})

test('K2: a backend that commits after its connection was lost makes the repetition a success, not a second event', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const runtime = await start({ database: cable.url })
  const { id } = await runtime.spawn('counter')
  const release = await holdLocks(hosts.db.url, (sql) => sql`select from system where id = ${id} for update`)
  const sending = runtime.send(id, ADD)
  const orphan = await blockedBackend(hosts.sql)
  cable.cut()
  await eventually(async () => {
    const rows = await hosts.sql`
      select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and pid <> ${orphan}`
    expect(rows).toHaveLength(1)
  })
  await release()
  expect(await sending).toMatchObject({ seq: 2 })
  expect((await runtime.snapshot(id)).context.n).toBe(1)
  await runtime.close()
  await cable.close()
})

test('K2: when the process dies before the answer, the sender who repeats the key is answered as a duplicate', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const first = await start({ ...NAME, database: cable.url })
  const { id } = await first.spawn('counter')
  const release = await holdLocks(hosts.db.url, (sql) => sql`select from system where id = ${id} for update`)
  const refused = expect(first.send(id, ADD, { idempotencyKey: 'k' })).rejects.toMatchObject({ code: 'send.unknown' })
  await blockedBackend(hosts.sql)
  cable.cut()
  await first.close({ abandon: true })
  await refused
  await release()
  const second = await start(NAME)
  await eventually(async () => expect((await second.snapshot(id)).seq).toBe(2))
  expect(await second.send(id, ADD, { idempotencyKey: 'k' })).toEqual({ seq: 2, duplicate: true })
  expect((await second.snapshot(id)).context.n).toBe(1)
  await cable.close()
})

test('K3: a sender who was not answered repeats the key and learns what became of the first', async () => {
  const { onPoint, holdAt } = createGates()
  const first = await start({ ...NAME, onPoint })
  const { id } = await first.spawn('counter')
  const gate = holdAt('commit.after')
  let answered = false
  void first.send(id, ADD, { idempotencyKey: 'k' }).then(() => (answered = true))
  await gate.reached
  await first.close({ abandon: true })
  expect(answered).toBe(false)
  const second = await start(NAME)
  for (const wait of ['processed', 'accepted'] as const)
    expect(await second.send(id, ADD, { idempotencyKey: 'k', wait })).toEqual({ seq: 2, duplicate: true })
  expect(await second.snapshot(id)).toMatchObject({ seq: 2, context: { n: 1 } })
  expect(await second.emitted(id)).toHaveLength(1)
})

test('K3: a timer that fired just before the crash does not fire again', async () => {
  const { onPoint, holdAt } = createGates()
  const clock = new SimulatedClock()
  const first = await start({ ...NAME, clock, onPoint })
  const { id } = await first.spawn('blinker')
  const gate = holdAt('commit.after')
  clock.increment(1_000)
  await gate.reached
  await first.close({ abandon: true })
  const second = await start({ ...NAME, clock })
  await second.settled(id)
  expect(await second.snapshot(id)).toMatchObject({ value: 'off', seq: 2 })
  expect(await hosts.sql`select due from mailbox where system_id = ${id}`).toEqual([{ due: 2_000 }])
})

test('K4: mail that nobody was told of is found by polling', async () => {
  const { onPoint, holdAt } = createGates()
  const owner = await start({ name: 'owner' })
  const { id } = await owner.spawn('counter')
  const sender = await start({ name: 'sender', roles: [], onPoint })
  const gate = holdAt('mail.accepted')
  void sender.send(id, ADD)
  await gate.reached
  await sender.close({ abandon: true })
  await eventually(async () => expect((await owner.snapshot(id)).context.n).toBe(1))
})

test('K8: a process that was stopped past its lease finds its turn stale, and its sender is served by the new owner', async () => {
  const { onPoint, holdAt } = createGates()
  const first = await start({ name: 'first', leaseMs: 60_000, onPoint })
  const { id } = await first.spawn('counter')
  const gate = holdAt('commit.before')
  const sending = first.send(id, { ...ADD, by: 10 }, { wait: 'processed' })
  await gate.reached
  await expireLeases()
  const second = await start({ name: 'second', leaseMs: 60_000 })
  await second.send(id, { ...ADD, by: 1 }, { wait: 'processed' })
  expect((await second.snapshot(id)).context.n).toBe(1)
  gate.open()
  expect(await sending).toMatchObject({ duplicate: false })
  expect((await second.snapshot(id)).context.n).toBe(11)
  expect((await first.snapshot(id)).context.n).toBe(11)
  expect((await first.history(id)).map(({ event }) => event.by)).toEqual([undefined, 1, 10])
})

test('K8: two stopped sends of one key are one event', async () => {
  const { onPoint, holdAt } = createGates()
  const first = await start({ name: 'first', leaseMs: 60_000, onPoint })
  const { id } = await first.spawn('counter')
  const gate = holdAt('commit.before')
  const sending = first.send(id, ADD, { idempotencyKey: 'k' })
  await gate.reached
  await expireLeases()
  const second = await start({ name: 'second', leaseMs: 60_000 })
  await second.send(id, ADD, { idempotencyKey: 'k', wait: 'processed' })
  gate.open()
  expect(await sending).toEqual({ seq: 2, duplicate: true })
  expect(await second.snapshot(id)).toMatchObject({ seq: 2, context: { n: 1 } })
})
