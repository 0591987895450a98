import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { createPool } from '../../db/connect.ts'
import type { Sql } from '../../db/index.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { blinker, counter, pinger, worker } from './machines.ts'

export type Hosts = {
  readonly db: TestDatabase
  /** A connection of the test's own, to look behind the runtime and to hold locks. */
  readonly sql: Sql
  /** A started runtime with connections of its own; closed after the test. */
  start(options?: Partial<RuntimeOptions>): Promise<Runtime>
  /** What runtimes logged during this test. */
  readonly problems: { problem: string; detail: any }[]
}

/**
 * Runtimes on one database for the tests of a file. After each test all are closed, no connection is left, and the
 * journal of every system has no gap, agrees with the system's number, and begins with its first entry or a whole one.
 */
export function useHosts(): Hosts {
  let db: TestDatabase
  let sql: Sql
  const open: Runtime[] = []
  const problems: Hosts['problems'] = []
  beforeAll(async () => {
    db = await createTestDatabase({ max: 1 })
    sql = createPool(db.url, 2)
  })
  afterAll(async () => {
    await sql.end({ timeout: 5 })
    await db.drop()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((runtime) => runtime.close()))
    problems.length = 0
    await expectNoConnections(sql)
    await expectSoundJournals(sql)
  })
  const start = async (options: Partial<RuntimeOptions> = {}) => {
    const runtime = await createRuntime({
      database: db.url,
      machines: { counter, blinker, pinger, worker },
      log: (problem, detail) => problems.push({ problem, detail }),
      ...options,
    })
    open.push(runtime)
    await runtime.start()
    return runtime
  }
  return {
    start,
    problems,
    get db() {
      return db
    },
    get sql() {
      return sql
    },
  }
}

// The pools of the test itself: `sql` has up to two, `db.database` one.
const OWN_CONNECTIONS = 3

const expectNoConnections = (sql: Sql) =>
  eventually(async () => {
    const [row] = await sql`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend'`
    expect(row?.n).toBeLessThanOrEqual(OWN_CONNECTIONS)
  })

export async function expectSoundJournals(sql: Sql) {
  expect(
    await sql`
      select s.id, s.seq, count(j.seq)::int as entries, min(j.seq) as first, max(j.seq) as last
      from system s left join journal j on j.system_id = s.id group by s.id
      having max(j.seq) - min(j.seq) + 1 <> count(*) or max(j.seq) <> s.seq or count(j.seq) = 0
        or (min(j.seq) <> 1 and bool_and(j.delta::text not like '{"whole":%'))`,
  ).toEqual([])
}

/** The backend whose statement, one with that text, waits for a lock. */
export const blockedBackend = (sql: Sql, text = ''): Promise<number> =>
  eventually(async () => {
    const [row] = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
        and position(${text} in query) > 0`
    expect(row).toBeDefined()
    return row!.pid
  })

/** Holds what a statement locks until released, on a connection of its own. */
export async function holdLocks(url: string, lock: (sql: Sql) => PromiseLike<unknown>): Promise<() => Promise<void>> {
  const pool = createPool(url, 1)
  await pool`begin`
  await lock(pool)
  return async () => {
    await pool`rollback`
    await pool.end({ timeout: 5 })
  }
}
