import { setTimeout as pause } from 'node:timers/promises'
import type { ReservedSql, Sql } from 'postgres'
import { DatabaseUnavailable, errorCode, isDisconnection } from './errors.ts'
import { indexBuilt, type Migration, statementsOf } from './migration-files.ts'
import { underMigrationLock } from './migration-lock.ts'

type Applied = { number: number; name: string; checksum: string }

export type MigrateOptions = {
  /** How long to wait while another session migrates, 10 min by default: a large index takes its time. */
  patienceMs?: number
  /** How long a migration tries to get at tables that other sessions hold, 1 min by default. */
  tablesMs?: number
}

/** Those still to apply. Throws DatabaseUnavailable when the database was migrated by other code than this. */
function planMigrations(known: Migration[], applied: Applied[]): Migration[] {
  const newest = known.at(-1)
  const last = applied.at(-1)
  if (last && last.number > (newest?.number ?? 0)) {
    throw new DatabaseUnavailable(
      'database.newer',
      `the database has schema version ${last.number} (${last.name}), and this Adjutant knows version ` +
        `${newest?.number ?? 0}${newest ? ` (${newest.name})` : ''}: use the newer Adjutant that has migrated it`,
    )
  }
  for (const row of applied) {
    if (known[row.number - 1]?.checksum === row.checksum) continue
    throw new DatabaseUnavailable(
      'database.changed',
      `migration ${row.name} was changed after it was applied to this database: restore the file and add a new one`,
    )
  }
  return known.slice(applied.length)
}

/**
 * Applies what is missing, once, however many processes start at the same time, while those of the version before go on. Each
 * migration is whole or not there; one that is marked as online is taken up where a killed process left it.
 */
export async function migrate(
  sql: Sql,
  migrations: Migration[],
  { patienceMs = 600_000, tablesMs = 60_000 }: MigrateOptions = {},
): Promise<void> {
  if (planMigrations(migrations, await readApplied(sql)).length === 0) return
  const reserved = await sql.reserve()
  try {
    await underMigrationLock(reserved, patienceMs, async () => {
      const missing = planMigrations(migrations, await readApplied(reserved))
      if (missing.length) await requireCreateRight(reserved)
      for (const migration of missing) {
        if (migration.online) await applyOnline(reserved, migration)
        else await applyWhole(reserved, migration, tablesMs)
      }
    })
  } finally {
    reserved.release()
  }
}

/** Throws DatabaseUnavailable when the database was migrated by other code than this. */
export async function requireKnown(sql: Sql, migrations: Migration[]): Promise<void> {
  planMigrations(migrations, await readApplied(sql))
}

/** Inside the transaction that is open on this connection, on tables that nobody else sees yet. */
export async function applyMigrations(sql: ReservedSql, migrations: Migration[]): Promise<void> {
  for (const migration of migrations) {
    const { online, text } = migration
    await sql.unsafe(online ? text.replaceAll(/\bconcurrently\b/gi, '') : text)
    await note(sql, migration)
  }
}

// A change of a table waits for whoever reads it, and all others queue behind the wait: so it is given up soon, and tried again.
const TABLE_WAIT = '2s'

async function applyWhole(sql: ReservedSql, migration: Migration, tablesMs: number): Promise<void> {
  const until = performance.now() + tablesMs
  for (;;) {
    try {
      return await inTransaction(sql, async () => {
        await sql.unsafe(`set local lock_timeout = '${TABLE_WAIT}'; set local statement_timeout = 0`)
        await applyMigrations(sql, [migration])
      })
    } catch (error) {
      if (errorCode(error) !== '55P03') throw error
      if (performance.now() > until) throw blocked(migration, error)
      await pause(500 + Math.random() * 500)
    }
  }
}

async function inTransaction(sql: ReservedSql, use: () => Promise<void>): Promise<void> {
  await sql`begin`
  try {
    await use()
    await sql`commit`
  } catch (error) {
    if (!isDisconnection(error)) await sql`rollback`
    throw error
  }
}

const blocked = ({ name }: Migration, cause: unknown) =>
  new DatabaseUnavailable(
    'database.blocked',
    `migration ${name} cannot get at a table that another session holds (pg_stat_activity shows it): end that, and start again`,
    { cause },
  )

async function applyOnline(sql: ReservedSql, migration: Migration): Promise<void> {
  await sql`set statement_timeout = 0`
  for (const statement of statementsOf(migration)) {
    const index = indexBuilt(statement)
    if (index && (await isBuilt(sql, index))) continue
    await sql.unsafe(statement)
  }
  await note(sql, migration)
  await sql`reset statement_timeout`
}

/** A build that was cut short leaves an index that nothing reads and every write keeps up: it is dropped. */
async function isBuilt(sql: ReservedSql, index: string): Promise<boolean> {
  const [found] = await sql<
    { valid: boolean }[]
  >`select indisvalid as valid from pg_index where indexrelid = to_regclass(${index})`
  if (found && !found.valid) await sql.unsafe(`drop index concurrently if exists ${index}`)
  return found?.valid ?? false
}

async function note(sql: ReservedSql, { number, name, checksum }: Migration): Promise<void> {
  await sql`
    create table if not exists migration (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`
  await sql`insert into migration (number, name, checksum) values (${number}, ${name}, ${checksum})`
}

async function readApplied(sql: Sql | ReservedSql): Promise<Applied[]> {
  const [ledger] = await sql`select to_regclass('migration') is not null as present`
  if (!ledger?.present) return []
  return await sql<Applied[]>`select number, name, checksum from migration order by number`
}

async function requireCreateRight(sql: ReservedSql): Promise<void> {
  const [row] = await sql<{ schema: string | null; allowed: boolean | null; role: string }[]>`
    select current_schema() as schema, has_schema_privilege(current_schema(), 'create') as allowed, current_user as role`
  if (row?.allowed) return
  throw new DatabaseUnavailable(
    'database.rights',
    `role "${row?.role}" may not create tables in schema "${row?.schema ?? 'public'}": ` +
      `grant create, usage on schema ${row?.schema ?? 'public'} to "${row?.role}"`,
  )
}
