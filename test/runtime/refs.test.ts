import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { useHosts } from './hosts.ts'
import { counter } from './machines.ts'
import { correspondent, household } from './odd-machines.ts'

const hosts = useHosts()
const start = (options = {}) => hosts.start({ machines: { correspondent, household, counter }, ...options })

const deadLetters = (system: string) =>
  hosts.sql`select address, reason, event, key from dead_letter where system_id = ${system} order by key`

test('an actor writes to another system by its name, once per letter and in order', async () => {
  const runtime = await start()
  const [a, b] = await Promise.all([runtime.spawn('correspondent'), runtime.spawn('correspondent')])
  const letters = Array.from({ length: 30 }, (_, n) => n)
  await Promise.all(letters.map((n) => runtime.send(a.id, { type: 'WRITE', to: `//${b.id}`, n })))
  await runtime.settled()
  expect((await runtime.snapshot(b.id)).context.got).toEqual(letters)
})

test('and to an actor inside of it', async () => {
  const runtime = await start()
  const [a, b] = await Promise.all([runtime.spawn('correspondent'), runtime.spawn('household')])
  await runtime.send(a.id, { type: 'WRITE', to: `//${b.id}/child`, n: 1 })
  await runtime.settled()
  expect((await runtime.snapshot(b.id, 'child')).context.got).toEqual([1])
})

test('also when another process runs that system', async () => {
  const first = await start({ name: 'first' })
  const second = await start({ name: 'second' })
  const [a, b] = await Promise.all([first.spawn('correspondent'), second.spawn('correspondent')])
  await first.send(a.id, { type: 'WRITE', to: `//${b.id}`, n: 1 })
  await eventually(async () => expect((await first.snapshot(b.id)).context.got).toEqual([1]))
  await second.send(b.id, { type: 'WRITE', to: `//${a.id}`, n: 2 })
  await eventually(async () => expect((await second.snapshot(a.id)).context.got).toEqual([2]))
})

test('a letter to nobody, to a dead system or to a missing actor is a dead letter with the reason', async () => {
  const runtime = await start()
  const [a, ended, other] = await Promise.all([
    runtime.spawn('correspondent'),
    runtime.spawn('counter'),
    runtime.spawn('household'),
  ])
  await runtime.send(ended.id, { type: 'END' })
  for (const to of ['//nobody', `//${ended.id}`, `//${other.id}/attic`])
    await runtime.send(a.id, { type: 'WRITE', to, n: 1 })
  await runtime.settled()
  const event = { type: 'LETTER', n: 1 }
  expect(await deadLetters('nobody')).toEqual([{ address: '', reason: 'system.not_found', event, key: null }])
  expect(await deadLetters(ended.id)).toEqual([{ address: '', reason: 'system.final', event, key: null }])
  expect(await deadLetters(other.id)).toEqual([{ address: 'attic', reason: 'actor.not_found', event, key: null }])
  expect((await runtime.snapshot(a.id)).status).toBe('active')
})

test('mail that was accepted for an actor that is gone when it is taken becomes a dead letter', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('household')
  await runtime.send(id, { type: 'LETTER', n: 1 }, { to: 'attic', delay: 0, idempotencyKey: 'k' })
  await expect(
    runtime.send(id, { type: 'LETTER', n: 1 }, { to: 'attic', delay: 0, wait: 'processed' }),
  ).rejects.toMatchObject({ code: 'actor.not_found' })
  expect(await deadLetters(id)).toMatchObject([{ key: 'k' }, { key: null }])
})
