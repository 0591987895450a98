import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { assign, setup } from 'xstate'
import { eventually } from '../support/eventually.ts'
import { counter } from '../runtime/machines.ts'
import { useHosts } from '../runtime/hosts.ts'

const hosts = useHosts()

// Its context cannot be stored once it was told to.
const poisoned = setup({ actions: { poison: assign({ fn: () => () => {} }) } }).createMachine({
  id: 'poisoned',
  context: {},
  on: { POISON: { actions: 'poison' } },
})

/** From now on the database refuses updates of systems where the condition holds, for a reason that is not transient. */
async function refuseUpdates(condition: string) {
  await hosts.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'refused by the test' using errcode = '57014'; end $$;
    create trigger refusal before update on system for each row when (${condition}) execute function refuse();`)
  const relent = () => hosts.sql.unsafe('drop trigger if exists refusal on system; drop function if exists refuse()')
  onTestFinished(async () => void (await relent()))
  return relent
}

test('a system that cannot even be parked does not take the senders of its batch with it', async () => {
  const runtime = await hosts.start({ machines: { counter, poisoned } })
  const [bad, good] = await Promise.all([runtime.spawn('poisoned'), runtime.spawn('counter')])
  const relent = await refuseUpdates(`new.status = 'parked'`)
  const refused = expect(runtime.send(bad.id, { type: 'POISON' })).rejects.toMatchObject({
    code: 'snapshot.unstorable',
  })
  expect(await runtime.send(good.id, { type: 'ADD' })).toMatchObject({ seq: 2 })
  await refused
  await relent()
})

test('a database that refuses to hand a system out is asked again at leisure', async () => {
  const first = await hosts.start({ name: 'one' })
  const { id } = await first.spawn('counter')
  await first.send(id, { type: 'ADD' }, { delay: 1_000 })
  await first.close({ abandon: true })
  const relent = await refuseUpdates('new.owner is distinct from old.owner')
  const second = await hosts.start({ name: 'one' })
  const refused = second.send(id, { type: 'ADD' })
  await refused
  await eventually(() => expect(hosts.problems).not.toEqual([]))
  await pause(500)
  expect(hosts.problems.length).toBeLessThan(10)
  await relent()
  await second.waitFor(id, { matches: 'counting' })
  await eventually(async () => expect((await second.snapshot(id)).context.n).toBe(2))
})
