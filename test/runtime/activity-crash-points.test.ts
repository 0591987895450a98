import { expect, onTestFinished, test } from 'vitest'
import type { Runtime } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { createCable } from './cable.ts'
import { createGates } from './gates.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()
const { start } = hosts

const NAME = { name: 'one' }

const seenEvents = async (runtime: Runtime, id: string) => (await runtime.history(id)).map(({ event }) => event.type)

/** Where both runtimes write down what they did to the world. */
function worldly() {
  const effects: { key: string; attempt: number }[] = []
  const work = async ({ idempotencyKey, attempt }: { idempotencyKey: string; attempt: number }) => {
    effects.push({ key: idempotencyKey, attempt })
    return { attempt }
  }
  return { effects, activities: { work } }
}

const expireLeases = () => hosts.sql`update process set lease_until = clock_timestamp() - interval '1 s'`

test('K5: an activity that was committed and not dispatched is started by the next process', async () => {
  const { effects, activities } = worldly()
  const first = await start({ ...NAME, roles: ['turns'], activities })
  const { id } = await first.spawn('worker')
  await first.close({ abandon: true })
  expect(effects).toEqual([])
  const second = await start({ ...NAME, activities })
  expect((await second.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 1 })
  expect(effects).toEqual([{ key: `${id}:1.1`, attempt: 1 }])
})

test('K5: an activity that began with a commit and did not run is begun again by the next process', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const first = await start({ ...NAME, onPoint, activities })
  const id = 'began'
  const gate = holdAt('commit.after')
  void first.spawn('worker', { id }).catch(() => {})
  await gate.reached
  await first.close({ abandon: true })
  gate.open()
  expect(await hosts.sql`select status, attempt from activity where system_id = ${id}`).toEqual([
    { status: 'running', attempt: 1 },
  ])
  const second = await start({ ...NAME, activities })
  expect((await second.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 2 })
  expect(effects).toEqual([{ key: `${id}:1.1`, attempt: 2 }])
})

test('K6: an effect whose result was not stored is repeated under the same key, and its result applied once', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const gate = holdAt('activity.ran')
  const first = await start({ ...NAME, onPoint, activities })
  const { id } = await first.spawn('worker')
  await gate.reached
  await first.close({ abandon: true })
  const second = await start({ ...NAME, activities })
  expect((await second.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 2 })
  gate.open()
  await second.settled(id)
  const key = `${id}:1.1`
  expect(effects).toEqual([
    { key, attempt: 1 },
    { key, attempt: 2 },
  ])
  expect((await seenEvents(second, id)).filter((type) => type === 'xstate.done.actor.work')).toHaveLength(1)
  expect(await hosts.sql`select status, attempt, lost from activity where system_id = ${id}`).toEqual([
    { status: 'done', attempt: 2, lost: 1 },
  ])
})

test('K6: the result of an attempt that was given up for dead is dropped when it comes after all', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const gate = holdAt('activity.ran')
  const first = await start({ name: 'first', leaseMs: 60_000, onPoint, activities })
  const { id } = await first.spawn('worker')
  await gate.reached
  await expireLeases()
  const second = await start({ name: 'second', activities })
  await eventually(async () => expect((await second.snapshot(id)).value).toBe('done'))
  gate.open()
  await first.settled(id)
  expect((await second.snapshot(id)).context.result).toEqual({ attempt: 2 })
  expect(effects.map(({ attempt }) => attempt)).toEqual([1, 2])
})

const takesResult = ({ turns }: { turns: { turn: { finished: unknown[] } }[] }) =>
  turns.some(({ turn }) => turn.finished.length > 0)

test('K6: a result whose turn was not committed is that of another attempt in the end', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const gate = holdAt('commit.before', takesResult)
  const first = await start({ ...NAME, onPoint, activities })
  const { id } = await first.spawn('worker')
  await gate.reached
  await first.close({ abandon: true })
  const second = await start({ ...NAME, activities })
  expect((await second.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 2 })
  gate.open()
  await second.settled(id)
  expect(effects.map(({ attempt }) => attempt)).toEqual([1, 2])
  expect((await seenEvents(second, id)).filter((type) => type === 'xstate.done.actor.work')).toHaveLength(1)
})

test('K6: a result that was committed with its turn is not asked for again when its process dies just then', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const gate = holdAt('commit.after', takesResult)
  const first = await start({ ...NAME, onPoint, activities })
  const { id } = await first.spawn('worker')
  await gate.reached
  await first.close({ abandon: true })
  const second = await start({ ...NAME, activities })
  expect((await second.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 1 })
  await second.settled(id)
  expect(effects).toHaveLength(1)
  expect(await hosts.sql`select status, attempt, owner from activity where system_id = ${id}`).toEqual([
    { status: 'done', attempt: 1, owner: null },
  ])
  expect(await hosts.sql`select from mailbox where system_id = ${id}`).toHaveLength(0)
})

test('K6: a turn whose answer was lost is recognized, and its result not applied twice', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  let runs = 0
  const work = () => {
    runs++
    cable.swallowAnswersTo('mark-of-the-result')
    return Promise.resolve('mark-of-the-result')
  }
  const runtime = await start({ database: cable.url, activities: { work } })
  const { id } = await runtime.spawn('worker')
  await eventually(async () =>
    expect(await hosts.sql`select from activity where system_id = ${id} and status = 'done'`).toHaveLength(1),
  )
  cable.cut({ tellServer: true })
  expect((await runtime.waitFor(id, { matches: 'done' })).context.result).toBe('mark-of-the-result')
  expect((await seenEvents(runtime, id)).filter((type) => type === 'xstate.done.actor.work')).toHaveLength(1)
  expect(runs).toBe(1)
})

test('K6: the result of an attempt that was queued again meanwhile is refused with its turn, and the next one is taken', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const gate = holdAt('commit.before', takesResult)
  const runtime = await start({ ...NAME, onPoint, activities })
  const { id } = await runtime.spawn('worker')
  await gate.reached
  await hosts.sql`update activity set status = 'queued', owner = null, lost = 1 where system_id = ${id}`
  gate.open()
  expect((await runtime.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 2 })
  expect(effects.map(({ attempt }) => attempt)).toEqual([1, 2])
  expect((await seenEvents(runtime, id)).filter((type) => type === 'xstate.done.actor.work')).toHaveLength(1)
})

test('K7: a result that was stored and not processed is taken by the next process as any mail', async () => {
  const { effects, activities } = worldly()
  const { onPoint, holdAt } = createGates()
  const stored = holdAt('activity.stored')
  const first = await start({ ...NAME, roles: ['turns'], activities })
  const { id } = await first.spawn('worker')
  await first.close({ abandon: true })
  const worker = await start({ name: 'hands', roles: ['activities'], onPoint, activities })
  await stored.reached
  await worker.close({ abandon: true })
  expect(await hosts.sql`select kind from mailbox where system_id = ${id}`).toEqual([{ kind: 'result' }])
  const second = await start({ ...NAME, activities })
  expect((await second.waitFor(id, { matches: 'done' })).context.result).toEqual({ attempt: 1 })
  expect(effects).toHaveLength(1)
})
