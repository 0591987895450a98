import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { useHosts } from './hosts.ts'
import { counter, worker } from './machines.ts'

const hosts = useHosts()
const broken = createMachine({
  context: () => {
    throw new Error('no context')
  },
})
const start = (options = {}) => hosts.start({ machines: { counter, broken }, ...options })

test('an id is free again after a spawn that was refused', async () => {
  const runtime = await start()
  await expect(runtime.spawn('nothing', { id: 'a' })).rejects.toMatchObject({ code: 'machine.unknown' })
  expect(await runtime.spawn('counter', { id: 'a' })).toEqual({ id: 'a' })
})

test('what cannot be stored is refused', async () => {
  const runtime = await start()
  await expect(runtime.spawn('counter', { input: () => {} })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(runtime.spawn('counter', { id: 'a b' })).rejects.toMatchObject({ code: 'system.invalid_id' })
  await expect(runtime.spawn('counter', { tenant: '\u0000' })).rejects.toMatchObject({ code: 'turn.unstorable' })
})

test('a machine whose first state fails is a parked system', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('broken')
  expect(await runtime.parked()).toMatchObject([{ id, reason: { code: 'machine.failed', message: 'no context' } }])
})

test('many spawns of one id, here and elsewhere, make one system', async () => {
  const runtimes = [await start({ name: 'first' }), await start({ name: 'second' })]
  const spawns = Array.from({ length: 20 }, (_, n) => runtimes[n % 2]!.spawn('counter', { id: 'one', input: { a: 1 } }))
  expect(new Set((await Promise.all(spawns)).map(({ id }) => id))).toEqual(new Set(['one']))
  expect(await runtimes[0]!.history('one')).toHaveLength(1)
})

test('a process that takes no turns can spawn; those that do take the system on, and it reads what they wrote', async () => {
  const front = await start({ name: 'front', roles: [], machines: { counter, worker } })
  await start({ name: 'back', machines: { counter, worker } })
  const { id } = await front.spawn('worker')
  await front.waitFor(id, { matches: 'done' }, { timeout: 60_000 })
  const { id: counted } = await front.spawn('counter')
  await front.send(counted, { type: 'ADD' }, { wait: 'processed' })
  expect((await front.snapshot(counted)).context.n).toBe(1)
})
