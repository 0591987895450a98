import { expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { liftSystems, type Lift, type LiftOptions, type MachineEntry } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()

const meter = (state: string, by: number) =>
  setup({
    types: { context: {} as { n: number } },
    actions: { add: assign({ n: ({ context }) => context.n + by }) },
  }).createMachine({
    id: 'meter',
    context: { n: 0 },
    initial: state,
    states: { [state]: { on: { ADD: { actions: 'add' } } } },
  })

const first: MachineEntry = { machine: meter('one', 1), version: '1' }
const migrations = { 1: (state: { value: unknown; context: { n: number } }) => ({ ...state, value: 'two' }) } as never
const second: MachineEntry = { machine: meter('two', 10), version: '2', versions: { 1: first.machine }, migrations }

async function lift(options: Partial<LiftOptions> = {}): Promise<Lift[]> {
  const lifts: Lift[] = []
  for await (const batch of liftSystems({ database: hosts.db.database, machines: { meter: second }, ...options }))
    lifts.push(...batch)
  return lifts
}

async function given(machine: MachineEntry, ...ids: string[]) {
  const runtime = await hosts.start({ machines: { meter: machine } })
  for (const id of ids) {
    await runtime.spawn('meter', { id })
    await runtime.send(id, { type: 'ADD' }, { wait: 'processed' })
  }
  return runtime
}

test('systems that nobody runs are lifted, those whose old version is kept as well, and a dry run changes nothing', async () => {
  await (await given(first, 'a', 'b')).close()
  expect(await lift({ dryRun: true })).toMatchObject([
    { id: 'a', from: '1', to: '2', outcome: 'liftable' },
    { id: 'b', outcome: 'liftable' },
  ])
  expect(await lift({ ids: ['b'] })).toMatchObject([{ id: 'b', outcome: 'lifted' }])
  const runtime = await hosts.start({ machines: { meter: second } })
  for (const id of ['a', 'b']) await runtime.send(id, { type: 'ADD' }, { wait: 'processed' })
  expect(await runtime.snapshot('a')).toMatchObject({ value: 'one', context: { n: 2 } })
  expect(await runtime.snapshot('b')).toMatchObject({ value: 'two', context: { n: 11 } })
  expect((await runtime.history('b')).map(({ event }) => event.type)).toEqual([
    'xstate.init',
    'ADD',
    'runtime.migrated',
    'ADD',
  ])
})

test('a process that runs a system gives it up when asked, and goes on with it in the new version, losing nothing', async () => {
  const runtime = await given({ ...second, machine: first.machine, version: '1', versions: { 2: second.machine } }, 'c')
  const sending = (async () => {
    for (let n = 0; n < 40; n++) await runtime.send('c', { type: 'ADD' }, { wait: 'processed' })
  })()
  await eventually(async () => expect(await lift({ ids: ['c'] })).toMatchObject([{ outcome: 'lifted' }]))
  await sending
  await runtime.send('c', { type: 'ADD' }, { wait: 'processed' })
  const history = await runtime.history('c')
  expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1))
  expect(history.filter(({ event }) => event.type === 'runtime.migrated')).toHaveLength(1)
  expect(history.filter(({ event }) => event.type === 'ADD')).toHaveLength(42)
  expect((await runtime.snapshot('c')).value).toBe('two')
})

test('several at once lift each system once', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => `many-${i}`)
  await (await given(first, ...ids)).close()
  const lifts = (await Promise.all([lift({ ids }), lift({ ids }), lift({ ids })])).flat()
  expect(
    lifts
      .filter(({ outcome }) => outcome === 'lifted')
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...ids].sort())
  const rows =
    await hosts.sql`select system_id from journal where event::text like '%runtime.migrated%' and system_id like 'many-%'`
  expect(rows).toHaveLength(ids.length)
})

test('one that its rule does not fit is left as it is, and the others are lifted', async () => {
  await (await given(first, 'good', 'odd')).close()
  const rule = { 1: (state: any) => ({ ...state, value: state.context.n > 1 ? 'nowhere' : 'two' }) }
  const one = await hosts.start({ machines: { meter: first } })
  await one.send('odd', { type: 'ADD' }, { wait: 'processed' })
  await one.close()
  const ids = ['good', 'odd']
  expect(await lift({ ids, machines: { meter: { ...second, migrations: rule } } })).toEqual(
    expect.arrayContaining([
      { id: 'good', machine: 'meter', from: '1', to: '2', outcome: 'lifted' },
      expect.objectContaining({
        id: 'odd',
        outcome: 'unfit',
        reason: expect.objectContaining({ code: 'snapshot.unfit' }),
      }),
    ]),
  )
  const again = await hosts.start({ machines: { meter: first } })
  await again.send('odd', { type: 'ADD' }, { wait: 'processed' })
  expect(await again.snapshot('odd')).toMatchObject({ value: 'one', context: { n: 3 } })
})

test('killed in the middle it leaves whole systems, and run again it does the rest', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => `cut-${String(i).padStart(3, '0')}`)
  await (await given(first, ...ids)).close()
  const lifting = liftSystems({ database: hosts.db.database, machines: { meter: second }, ids, leaseMs: 600 })
  // As a kill would: what was begun is never ended.
  expect((await lifting.next()).value).toHaveLength(50)
  await hosts.sql`update system set owner = gen_random_uuid() where id = any(${ids as never}::text[]) and version = '1'`
  const rest = await lift({ ids })
  expect(rest.filter(({ outcome }) => outcome === 'lifted')).toHaveLength(70)
  await lifting.return(undefined)
  expect(await lift({ ids })).toEqual([])
})
