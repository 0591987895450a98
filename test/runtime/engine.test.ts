import { describe, expect, test } from 'vitest'
import { createMachine } from 'xstate'
import type { Runtime } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { useHosts } from './hosts.ts'
import { counter } from './machines.ts'
import { namer, rally, recorder, spinner, spinnersParent } from './odd-machines.ts'

const hosts = useHosts()
const machines = { counter, namer, rally, recorder, spinner, spinnersParent }
const start = (options = {}) => hosts.start({ machines, ...options })
const parked = async (runtime: Runtime, id: string) => (await runtime.parked()).find((each) => each.id === id)

test('a machine that throws parks itself and disturbs no other of its batch', async () => {
  const runtime = await start()
  const ids = (await Promise.all(Array.from({ length: 20 }, () => runtime.spawn('counter')))).map(({ id }) => id)
  const bad = ids[7]!
  await Promise.all(ids.map((id) => runtime.send(id, { type: id === bad ? 'BOOM' : 'ADD' })))
  for (const id of ids)
    expect(await runtime.snapshot(id)).toMatchObject(id === bad ? { status: 'error' } : { context: { n: 1 } })
  expect(await parked(runtime, bad)).toMatchObject({ reason: { code: 'machine.failed', message: 'boom' } })
})

test('a row that the database refuses parks its own system; the rest of the batch is committed', async () => {
  const runtime = await start()
  const ids = (await Promise.all(Array.from({ length: 9 }, () => runtime.spawn('namer')))).map(({ id }) => id)
  const bad = ids[4]!
  const sends = ids.map((id) => runtime.send(id, id === bad ? { type: 'NAME', name: 'a\u0000b' } : { type: 'ADD' }))
  const outcomes = await Promise.allSettled(sends)
  expect(outcomes.map(({ status }) => status)).toEqual(ids.map((id) => (id === bad ? 'rejected' : 'fulfilled')))
  expect(outcomes[4]).toMatchObject({ reason: { code: 'turn.unstorable' } })
  expect(await parked(runtime, bad)).toMatchObject({ reason: { code: 'turn.unstorable' } })
  for (const id of ids) expect((await runtime.snapshot(id)).context.n).toBe(id === bad ? 0 : 1)
  await runtime.unpark(bad)
  await runtime.send(bad, { type: 'ADD' }, { wait: 'processed' })
  expect((await runtime.snapshot(bad)).context.n).toBe(1)
})

describe('what never ends is ended', () => {
  test('two actors that send to each other for ever park their system', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('rally')
    const other = await runtime.spawn('counter')
    await expect(runtime.send(id, { type: 'BALL' })).rejects.toMatchObject({ code: 'turn.endless' })
    expect(await parked(runtime, id)).toMatchObject({ reason: { code: 'turn.endless' } })
    expect((await runtime.snapshot(id)).seq).toBe(2)
    await runtime.send(other.id, { type: 'ADD' })
  })
  test('a root that takes eventless transitions for ever is in error', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('spinner')
    await runtime.send(id, { type: 'SPIN' })
    expect(await runtime.snapshot(id)).toMatchObject({ status: 'error', value: 'still' })
    expect(await parked(runtime, id)).toMatchObject({
      reason: { message: expect.stringContaining('microsteps') },
    })
  })
  test('a child that does is an error to its parent', async () => {
    const runtime = await start()
    const { id } = await runtime.spawn('spinnersParent')
    await runtime.send(id, { type: 'SPIN' }, { to: 'spinner' })
    expect(await runtime.snapshot(id)).toMatchObject({ status: 'active', value: 'dizzy' })
  })
})

describe('a system that cannot be restored is parked with the reason, its mail kept', () => {
  const orphan = async (send: object) => {
    const first = await start()
    const { id } = await first.spawn('recorder')
    await first.send(id, { type: 'N', n: 0 })
    await first.close()
    const sender = await start({ roles: [] })
    await sender.send(id, { type: 'N', n: 1, ...send })
    await sender.close()
    return id
  }
  const continues = async (id: string) => {
    const next = await start()
    await next.unpark(id)
    await next.settled(id)
    expect((await next.snapshot(id)).context.seen).toEqual([0, 1])
  }
  test('when its machine is missing', async () => {
    const id = await orphan({})
    const runtime = await start({ machines: { counter } })
    await eventually(async () =>
      expect(await parked(runtime, id)).toMatchObject({ machine: 'recorder', reason: { code: 'machine.missing' } }),
    )
    const { id: other } = await runtime.spawn('counter')
    await runtime.send(other, { type: 'ADD' })
    await runtime.close()
    await continues(id)
  })
  test('when its state is no longer one of the machine', async () => {
    const first = await start()
    const { id } = await first.spawn('counter')
    await first.close()
    const changed = createMachine({ id: 'counter', initial: 'elsewhere', states: { elsewhere: {} } })
    const runtime = await start({ machines: { counter: changed } })
    await runtime.send(id, { type: 'ADD' })
    await eventually(async () =>
      expect(await parked(runtime, id)).toMatchObject({ reason: { code: 'snapshot.unfit' } }),
    )
    await runtime.close()
    const next = await start()
    await next.unpark(id)
    await next.settled(id)
    expect((await next.snapshot(id)).context.n).toBe(1)
  })
})

test('more systems than fit into memory leave it with a checkpoint, and come back as they were', async () => {
  const runtime = await start({ cacheSize: 5 })
  const ids = (await Promise.all(Array.from({ length: 40 }, () => runtime.spawn('counter')))).map(({ id }) => id)
  for (const by of [1, 10, 100])
    await Promise.all(ids.map((id) => runtime.send(id, { type: 'ADD', by }, { wait: 'processed' })))
  for (const id of ids) expect((await runtime.snapshot(id)).context.n).toBe(111)
})
