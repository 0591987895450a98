import { setTimeout as pause } from 'node:timers/promises'
import type { ReservedSql } from 'postgres'
import { DatabaseUnavailable, isDisconnection } from './errors.ts'

// Any constant will do, as long as nobody else in the database uses it.
const migrationLock = 7_230_001_804

const ASK_AGAIN_MS = 100

/**
 * Runs `use` while no other session migrates. Asked for again and again, never waited for in the server: a session that waits
 * holds a snapshot, and an index that is built concurrently waits for all snapshots, so the two would wait for each other.
 * @throws DatabaseUnavailable `database.migrating` after `patienceMs`
 */
export async function underMigrationLock<T>(sql: ReservedSql, patienceMs: number, use: () => Promise<T>): Promise<T> {
  await untilTaken(sql, patienceMs, () => sql`select pg_try_advisory_lock(${migrationLock}) as taken`)
  const unlock = () => sql`select pg_advisory_unlock(${migrationLock})`
  try {
    const result = await use()
    await unlock()
    return result
  } catch (error) {
    if (!isDisconnection(error)) await unlock().catch(() => {})
    throw error
  }
}

/** The same until the transaction ends that is open on this connection. */
export const takeMigrationLock = (sql: ReservedSql, patienceMs: number): Promise<void> =>
  untilTaken(sql, patienceMs, () => sql`select pg_try_advisory_xact_lock(${migrationLock}) as taken`)

async function untilTaken(sql: ReservedSql, patienceMs: number, ask: () => Promise<readonly { taken?: boolean }[]>) {
  const until = performance.now() + patienceMs
  for (;;) {
    const [answer] = await ask()
    if (answer?.taken) return
    if (performance.now() > until) throw await held(sql, patienceMs)
    await pause(ASK_AGAIN_MS)
  }
}

async function held(sql: ReservedSql, patienceMs: number): Promise<DatabaseUnavailable> {
  const [holder] = await sql<{ pid: number; name: string }[]>`
    select a.pid, a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::bigint << 32) + l.objid::bigint = ${migrationLock}`
  const who = holder ? `session ${holder.pid} (${holder.name || 'without a name'})` : 'another session'
  return new DatabaseUnavailable(
    'database.migrating',
    `${who} has been migrating this database for more than ${Math.round(patienceMs / 1000)} s: wait for it, or end it`,
  )
}
