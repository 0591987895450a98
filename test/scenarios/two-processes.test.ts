import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createRuntime, type Runtime } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { courier, LEGS } from './fixtures/courier.ts'

const COURIERS = 200
const program = path.join(import.meta.dirname, 'fixtures/courier-host.ts')
const children: ChildProcess[] = []
let db: TestDatabase
let front: Runtime

beforeAll(async () => {
  db = await createTestDatabase({ max: 4 })
})
afterAll(() => db.drop())
afterEach(async () => {
  await front.close()
  for (const child of children.splice(0)) await end(child)
})

async function host(name: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, db.url, name, '1500'], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout!, 'data')
  return child
}

async function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Only spawns and looks on. */
async function openFront() {
  front = await createRuntime({ database: db.url, roles: [], machines: { courier } })
  await front.start()
  const spawned = Array.from({ length: COURIERS }, () => front.spawn('courier'))
  return (await Promise.all(spawned)).map(({ id }) => id)
}

const walked = async () => {
  const [row] = await db.database.sql<{ n: number }[]>`select count(*)::int as n from activity where status = 'done'`
  return row!.n
}

async function expectAllThere(ids: string[]) {
  await eventually(async () => {
    const [row] = await db.database
      .sql`select count(*)::int as n from system where status = 'done' and id = any(${ids})`
    expect(row!.n).toBe(COURIERS)
  }, 60_000)
  for (const id of ids) {
    const { passed } = (await front.snapshot(id)).context as { passed: { leg: number; key: string }[] }
    expect(passed.map(({ leg }) => leg)).toEqual([1, 2, 3, 4, 5])
    expect(new Set(passed.map(({ key }) => key)).size).toBe(LEGS)
  }
  const { sql } = db.database
  const gaps = await sql`
    select system_id from journal where system_id = any(${ids})
    group by system_id having min(seq) <> 1 or max(seq) <> count(*)`
  expect(gaps).toEqual([])
  const results = await sql`
    select system_id from journal where system_id = any(${ids}) and event ->> 'type' = 'xstate.done.actor.walk'
    group by system_id having count(*) <> ${LEGS}`
  expect(results).toEqual([])
  expect(await sql`select status from activity where system_id = any(${ids}) and status <> 'done'`).toEqual([])
  expect(await sql`select id from mailbox`).toEqual([])
}

test(
  'of two processes one is killed midway; the other ends all 200 systems, each result applied once',
  { timeout: 120_000 },
  async () => {
    const ids = await openFront()
    const [doomed] = await Promise.all([host('doomed'), host('other')])
    await eventually(async () => expect(await walked()).toBeGreaterThan(COURIERS), 60_000)
    await end(doomed)
    await expectAllThere(ids)
    const owners = await db.database.sql`select distinct attempt from activity where attempt > 1`
    expect(owners.length).toBeGreaterThan(0)
  },
)

test(
  'a process that is stopped past its lease and goes on neither loses nor repeats a result',
  { timeout: 120_000 },
  async () => {
    const before = await walked()
    const ids = await openFront()
    const [sleeper] = await Promise.all([host('sleeper'), host('awake')])
    await eventually(async () => expect(await walked()).toBeGreaterThan(before + COURIERS), 60_000)
    sleeper.kill('SIGSTOP')
    await eventually(async () => {
      const [row] = await db.database.sql`
      select count(*)::int as n from activity a where status = 'running'
        and not exists (select from process p where p.id = a.owner and p.lease_until > clock_timestamp())`
      expect(row!.n).toBe(0)
      expect(await walked()).toBeGreaterThan(before + COURIERS * 3)
    }, 60_000)
    sleeper.kill('SIGCONT')
    await expectAllThere(ids)
  },
)
