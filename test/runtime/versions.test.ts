import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { assign, fromPromise, setup, stopChild } from 'xstate'
import {
  type ActivityContext,
  createRuntime,
  type Machines,
  type Role,
  type RootState,
  type Runtime,
} from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

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

const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

type Parts = { wait?: object; extra?: object; childState?: string; more?: object; on?: object }

/** A parent that waits for a timer, an activity and a child; parts of it can be exchanged. */
function household({ wait = { 60_000: 'late' }, extra = {}, childState = 'sitting', more = {}, on = {} }: Parts = {}) {
  const child = setup({ types: { context: {} as { n: number; grown?: boolean } } }).createMachine({
    id: 'child',
    context: { n: 1 },
    initial: childState,
    states: { [childState]: {} },
  })
  const actors = { child, errand: fromPromise(({ signal }) => untilAborted(signal)) }
  return setup({ types: {} as { events: { type: string } }, actors }).createMachine({
    id: 'home',
    initial: 'waiting',
    on: { GO: '.late', ...on },
    states: {
      waiting: {
        invoke: [
          { src: 'child', id: 'kid' },
          { src: 'errand', id: 'errand', onDone: 'back' },
          ...Object.values(more),
        ] as never,
        after: wait as never,
        ...extra,
      },
      late: {},
      back: {},
    },
  })
}

async function parkedBy(machine: ReturnType<typeof household>): Promise<string | undefined> {
  const one = await start({ home: { machine: household(), version: '1' } })
  const { id } = await one.spawn('home')
  await one.close()
  const two = await start({ home: { machine, version: '1' } })
  await two.send(id, { type: 'LOOK' })
  await two.settled()
  const [parked] = (await two.parked()).filter((each) => each.id === id)
  await two.close()
  if (!parked) return undefined
  expect(parked.reason.code).toBe('snapshot.unfit')
  const mended = await start({ home: { machine: household(), version: '1' } })
  await eventually(async () => expect((await mended.parked()).map((each) => each.id)).not.toContain(id))
  expect((await mended.snapshot(id)).value).toBe('waiting')
  return parked.reason.message
}

test('a definition that has only more than before goes on with the systems of the one before', async () => {
  expect(await parkedBy(household({ on: { MORE: '.late', LOOK: {} } }))).toBeUndefined()
})

test.each([
  ['a state of a child is gone', household({ childState: 'standing' }), /does not fit machine home 1/],
  [
    'a delay was changed',
    household({ wait: { 90_000: 'late' } }),
    /timer xstate\.after\.90000\.home\.waiting was never armed/,
  ],
  [
    'more is invoked',
    household({ more: { a: { src: 'errand', id: 'other' } } }),
    /invokes other, and that was never started/,
  ],
  [
    'a state has states of its own now',
    household({ extra: { initial: 'a', states: { a: {} } } }),
    /is in state home\.waiting, and the snapshot does not say in which of its states/,
  ],
])(
  '%s: the system is parked with that reason, and goes on by itself under code that fits',
  async (_, machine, reason) => {
    expect(await parkedBy(machine)).toMatch(reason)
  },
)

test('a timer that has fired without effect, or a child that was stopped, is not missed', async () => {
  const before = () =>
    setup({
      actors: { child: counting('in', 1) },
      guards: { never: () => false },
      actions: { dismiss: stopChild('kid') },
    })
  const config = (more: object) => ({
    id: 'calm',
    initial: 'a',
    states: {
      a: {
        invoke: { src: 'child' as const, id: 'kid' },
        after: { 1: { guard: 'never' as const, target: 'b' } },
        on: { DISMISS: { actions: 'dismiss' as const }, ...more },
      },
      b: {},
    },
  })
  const one = await start({ calm: before().createMachine(config({}) as never) as never })
  const { id } = await one.spawn('calm')
  await one.send(id, { type: 'DISMISS' })
  await eventually(async () =>
    expect((await one.history(id)).map(({ event }) => event.type)).toContain('xstate.after.1.calm.a'),
  )
  await one.close()
  const two = await start({ calm: before().createMachine(config({ MORE: 'b' }) as never) as never })
  await two.send(id, { type: 'MORE' }, { wait: 'processed' })
  expect((await two.snapshot(id)).value).toBe('b')
})

test('a rule lifts actors below the root, too, and sends the root what enters its new states', async () => {
  const one = await start({ home: { machine: household(), version: '1' } })
  const { id } = await one.spawn('home')
  await one.close()
  const machine = household({
    childState: 'standing',
    wait: { 90_000: 'late' },
    on: { REENTER: { target: '.waiting', reenter: true } },
  })
  const below = {
    child: ({ context, ...state }: RootState) => ({
      ...state,
      value: 'standing',
      context: { ...context, grown: true },
    }),
  }
  const migrations = { 1: { to: '2', below } }
  const two = await start({ home: { machine, version: '2', migrations } })
  await two.send(id, { type: 'LOOK' })
  await two.settled()
  expect(await two.parked()).toContainEqual(
    expect.objectContaining({ id, reason: expect.objectContaining({ code: 'snapshot.unfit' }) }),
  )
  await two.close()
  const then = { 1: { to: '2', below, then: { type: 'REENTER' } } }
  const three = await start({ home: { machine, version: '2', migrations: then } })
  await eventually(async () =>
    expect((await three.history(id)).map(({ event, address }) => [event.type, address])).toEqual(
      expect.arrayContaining([
        ['runtime.migrated', ''],
        ['runtime.migrated', 'kid'],
        ['REENTER', ''],
      ]),
    ),
  )
  const [lifted] = (await three.history(id)).filter(
    ({ address, event }) => address === 'kid' && event.type === 'runtime.migrated',
  )
  expect(lifted).toMatchObject({ value: 'standing', context: { n: 1, grown: true } })
  await three.close()
  // Nothing is to be said against it any more: the new timer is armed.
  const four = await start({ home: { machine, version: '2' } })
  await four.send(id, { type: 'GO' }, { wait: 'processed' })
  expect((await four.snapshot(id)).value).toBe('late')
})

test('an activity that runs while its system is migrated delivers to the new version, also one that had not started', async () => {
  const deliveries = new Map<string, (what: string) => void>()
  const run = ({ idempotencyKey, signal }: ActivityContext) =>
    Promise.race([new Promise<string>((resolve) => deliveries.set(idempotencyKey, resolve)), untilAborted(signal)])
  const errand = { run }
  const begin = async (machines: Machines, roles: Role[]) => {
    const runtime = await createRuntime({ database: db.url, machines, roles, activities: { errand }, log: () => {} })
    open.push(runtime)
    await runtime.start()
    return runtime
  }
  const one = await begin({ home: { machine: household(), version: '1' } }, ['turns'])
  const { id } = await one.spawn('home')
  await one.close()
  const entry = {
    machine: household({ on: { NEW: '.late' } }),
    version: '2',
    migrations: { 1: (state: RootState) => state },
  }
  const two = await begin({ home: entry }, ['turns', 'activities'])
  await two.send(id, { type: 'LOOK' }, { wait: 'processed' })
  const key = await eventually(() => {
    const found = [...deliveries.keys()].find((each) => each.startsWith(id))
    expect(found).toBeDefined()
    return found as string
  })
  deliveries.get(key)?.('milk')
  await two.waitFor(id, { matches: 'back' })
  await two.close()
  // A promise of the machine itself is looked up in the version that there is.
  const own = await start({ home: { machine: household(), version: '1' } })
  const other = await own.spawn('home')
  await own.close()
  const quick = household().provide({ actors: { errand: fromPromise<string>(async () => 'bread') as never } })
  const three = await start({ home: { machine: quick, version: '2', migrations: { 1: (state: RootState) => state } } })
  await three.send(other.id, { type: 'LOOK' }, { wait: 'processed' })
  await three.waitFor(other.id, { matches: 'back' })
})
