import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { createRuntime, type Machines, type Runtime } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
const open: Runtime[] = []

beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.close()
})

const start = async (machines: Machines) => {
  const runtime = await createRuntime({ database: db.url, machines, log: () => {} })
  open.push(runtime)
  await runtime.start()
  return runtime
}

const counting = (state: string, by: number) =>
  setup({
    types: { context: {} as { n: number; unit?: string } },
    actions: { add: assign({ n: ({ context }) => context.n + by }) },
  }).createMachine({
    id: 'c',
    context: { n: 0 },
    initial: state,
    states: { [state]: { on: { ADD: { actions: 'add' } } } },
  })

test('a running system keeps the version it was made with while that is kept', async () => {
  const one = await start({ c: { machine: counting('old', 1), version: '1' } })
  const { id } = await one.spawn('c')
  await one.close()
  const two = await start({ c: { machine: counting('new', 10), version: '2', versions: { 1: counting('old', 1) } } })
  await two.send(id, { type: 'ADD' }, { wait: 'processed' })
  expect(await two.snapshot(id)).toMatchObject({ value: 'old', context: { n: 1 } })
  const fresh = await two.spawn('c')
  expect((await two.snapshot(fresh.id)).value).toBe('new')
})

test('a migration lifts a running system to the current version, once, and the journal holds it whole', async () => {
  const one = await start({ c: { machine: counting('old', 1), version: '1' } })
  const { id } = await one.spawn('c')
  await one.send(id, { type: 'ADD' })
  await one.close()
  let migrated = 0
  const entry = {
    machine: counting('new', 10),
    version: '3',
    migrations: {
      1: (state: { status: string; context: object }) => ({ ...state, value: 'middle' }),
      2: (state: { status: string; context: object }) => {
        migrated++
        return { ...state, value: 'new', context: { ...state.context, unit: 'm' } }
      },
    },
  }
  for (const n of [11, 21]) {
    const next = await start({ c: entry as never })
    await next.send(id, { type: 'ADD' }, { wait: 'processed' })
    expect(await next.snapshot(id)).toMatchObject({ value: 'new', context: { n, unit: 'm' } })
    await next.close()
  }
  expect(migrated).toBe(1)
  const last = await start({ c: entry as never })
  expect((await last.history(id)).map(({ seq, event, value, context }) => [seq, event.type, value, context.n])).toEqual(
    [
      [1, 'xstate.init', 'old', 0],
      [2, 'ADD', 'old', 1],
      [3, 'runtime.migrated', 'new', 1],
      [4, 'ADD', 'new', 11],
      [5, 'ADD', 'new', 21],
    ],
  )
})

test('a system whose version is gone, or whose snapshot does not fit, is parked with its mail, and disturbs nobody', async () => {
  const one = await start({ c: { machine: counting('old', 1), version: '1' } })
  const { id } = await one.spawn('c')
  await one.close()
  const two = await start({ c: { machine: counting('new', 10), version: '2' } })
  const other = await two.spawn('c')
  await two.send(id, { type: 'ADD' })
  await two.settled()
  expect(await two.parked()).toMatchObject([{ id, reason: { code: 'machine.version_missing' } }])
  await two.send(other.id, { type: 'ADD' })
  expect((await two.snapshot(other.id)).context.n).toBe(10)
  await two.close()
  const renamed = await start({ c: { machine: counting('renamed', 1), version: '1' } })
  await renamed.unpark(id)
  await renamed.settled()
  expect(await renamed.parked()).toMatchObject([{ id, reason: { code: 'snapshot.unfit' } }])
  await renamed.close()
  const mended = await start({ c: { machine: counting('old', 1), version: '1' } })
  await mended.unpark(id)
  await mended.settled()
  expect((await mended.snapshot(id)).context.n).toBe(1)
})
