import { expect, test } from 'vitest'
import { type AnyStateMachine, assign, setup } from 'xstate'
import {
  surveyMachines,
  surveySystems,
  type Classification,
  type Machines,
  type RootState,
} from '../../runtime/index.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()

const lamp = (states: string[], more: object = {}) =>
  setup({
    types: { context: {} as { n: number } },
    actions: { add: assign({ n: ({ context }) => context.n + 1 }) },
  }).createMachine({
    id: 'lamp',
    context: { n: 0 },
    initial: states[0] as string,
    on: { ADD: { actions: 'add' }, ...more },
    states: Object.fromEntries(states.map((state, i) => [state, { on: { NEXT: states[i + 1] } }])) as never,
  }) as unknown as AnyStateMachine

async function survey(machines: Machines): Promise<Record<string, Classification>> {
  const found: Classification[] = []
  for await (const page of surveySystems({ database: hosts.db.database, machines })) found.push(...page)
  return Object.fromEntries(found.map((each) => [each.id, each]))
}

test('every live system is compatible, migrates, needs a rule, or is stuck, and nothing is written', async () => {
  const old = { lamp: lamp(['dark', 'dim', 'bright']), other: lamp(['x']), ended: lamp(['a']) }
  const runtime = await hosts.start({ machines: old })
  for (const id of ['dark', 'dim', 'bright']) await runtime.spawn('lamp', { id })
  await runtime.spawn('other', { id: 'other' })
  await runtime.send('dim', { type: 'NEXT' })
  for (const _ of ['once', 'twice']) await runtime.send('bright', { type: 'NEXT' }, { wait: 'processed' })
  await runtime.close()
  const before = await hosts.sql`select * from system order by id`
  const verdicts = async (machines: Machines) =>
    Object.fromEntries(Object.entries(await survey(machines)).map(([id, { verdict }]) => [id, verdict]))

  expect(await verdicts(old)).toEqual({
    bright: 'compatible',
    dark: 'compatible',
    dim: 'compatible',
    other: 'compatible',
  })
  const grown = { ...old, lamp: lamp(['dark', 'dim', 'bright'], { MORE: {} }) }
  expect(await verdicts(grown)).toMatchObject({ bright: 'compatible', dark: 'compatible', dim: 'compatible' })

  const changed = await survey({ lamp: lamp(['dark', 'bright']) })
  expect(changed).toMatchObject({
    dark: { verdict: 'compatible', from: '1', to: '1' },
    dim: { verdict: 'needs_rule', reason: { code: 'snapshot.unfit' } },
    other: { verdict: 'stuck', reason: { code: 'machine.missing' } },
  })
  const bumped = { machine: lamp(['dark', 'bright']), version: '2' }
  expect(await survey({ ...old, lamp: bumped })).toMatchObject({
    dark: { verdict: 'needs_rule', reason: { code: 'machine.version_missing' } },
  })
  expect(await verdicts({ ...old, lamp: { ...bumped, versions: { 1: old.lamp } } })).toMatchObject({
    dim: 'compatible',
  })

  const dimmed = {
    1: (state: { value: unknown }) => ({ ...state, value: state.value === 'dim' ? 'dark' : state.value }),
  }
  expect((await survey({ ...old, lamp: { ...bumped, migrations: dimmed as never } })).dim).toEqual({
    ...{ id: 'dim', machine: 'lamp', verdict: 'migrates', from: '1', to: '2' },
  })
  const failing = { 1: ({ context }: any) => context.lights.length }
  expect(await survey({ ...old, lamp: { ...bumped, migrations: failing } })).toMatchObject({
    dim: { verdict: 'stuck', reason: { code: 'snapshot.migration_failed' } },
  })
  const useless = { 1: (state: RootState) => state }
  expect(await survey({ ...old, lamp: { ...bumped, migrations: useless } })).toMatchObject({
    dark: { verdict: 'migrates' },
    dim: { verdict: 'stuck', reason: { code: 'snapshot.unfit' } },
  })
  expect(await hosts.sql`select * from system order by id`).toEqual(before)

  const machines = await surveyMachines({
    database: hosts.db.database,
    machines: { lamp: { ...bumped, migrations: useless } },
  })
  expect(machines).toMatchObject([
    { name: 'lamp', version: '2', rules: ['1'], systems: [{ version: '1', active: 3, parked: 0 }] },
    { name: 'other', version: '', hash: '', systems: [{ version: '1', active: 1 }] },
  ])
})

test('thousands of systems are read in pages, each once', async () => {
  const runtime = await hosts.start({ machines: { lamp: lamp(['dark']) } })
  await runtime.spawn('lamp', { id: 'model' })
  await runtime.close()
  await hosts.sql`
    insert into system select 'm-' || n, machine, version, definition, tenant, input_hash, seq, checkpoint_seq, turn, time, owner, status, reason
    from system, generate_series(1, 2500) n where id = 'model'`
  const seen: string[] = []
  let pages = 0
  for await (const page of surveySystems({
    database: hosts.db.database,
    machines: { lamp: lamp(['dark']) },
    machine: 'lamp',
  })) {
    pages++
    seen.push(...page.filter(({ id }) => id.startsWith('m-')).map(({ id }) => id))
  }
  expect([new Set(seen).size, seen.length, pages]).toEqual([2500, 2500, 3])
  await hosts.sql`delete from system where id like 'm-%'`
})
