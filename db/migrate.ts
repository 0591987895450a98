import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { ReservedSql, Sql } from 'postgres'
import { DatabaseUnavailable } from './errors.ts'

export type Migration = { number: number; name: string; checksum: string; text: string }
type Applied = { number: number; name: string; checksum: string }

// Any constant will do, as long as nobody else in the database uses it.
const migrationLock = 7_230_001_804

/**
 * The migrations in a folder, in order. Files are named `0001-what-it-does.sql`; other names are an error,
 * so that a typing mistake is not silently left out.
 */
export async function readMigrations(folder: URL = new URL('./migrations/', import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)))
  migrations.forEach((migration, i) => {
    if (migration.number !== i + 1) throw new Error(`migration ${migration.name} should be number ${i + 1}`)
  })
  return migrations
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const number = /^(\d{4})[-_]/.exec(name)?.[1]
  if (!number) throw new Error(`migration ${name} has no four-digit number`)
  // A checkout with CRLF line ends is the same migration.
  const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
  return { number: Number(number), name, checksum: createHash('sha256').update(text).digest('hex'), text }
}

/** Those still to apply. Throws DatabaseUnavailable when the database was migrated by other code than this. */
function planMigrations(known: Migration[], applied: Applied[]): Migration[] {
  const newest = known.at(-1)?.number ?? 0
  const newer = applied.find((row) => row.number > newest)
  if (newer) {
    throw new DatabaseUnavailable(
      'database.newer',
      `the database has migration ${newer.name}, this version of Adjutant knows ${newest} of them: use the newer version`,
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

/** Applies what is missing, all in one transaction, once, however many processes start at the same time. */
export async function migrate(sql: Sql, migrations: Migration[]): Promise<void> {
  if (planMigrations(migrations, await readApplied(sql)).length === 0) return
  const reserved = await sql.reserve()
  try {
    await reserved`begin`
    try {
      await applyPending(reserved, migrations)
      await reserved`commit`
    } catch (error) {
      await reserved`rollback`.catch(() => {}) // the connection itself may be what failed
      throw error
    }
  } finally {
    reserved.release()
  }
}

async function applyPending(sql: ReservedSql, migrations: Migration[]): Promise<void> {
  await takeMigrationLock(sql)
  await requireCreateRight(sql)
  await applyMigrations(sql, planMigrations(migrations, await readApplied(sql)))
}

/** Until the transaction ends. */
export const takeMigrationLock = async (sql: ReservedSql): Promise<void> =>
  void (await sql`select pg_advisory_xact_lock(${migrationLock})`)

export async function applyMigrations(sql: ReservedSql, migrations: Migration[]): Promise<void> {
  await sql`
    create table if not exists migration (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`
  for (const { number, name, checksum, text } of migrations) {
    await sql.unsafe(text)
    await sql`insert into migration (number, name, checksum) values (${number}, ${name}, ${checksum})`
  }
}

async function readApplied(sql: Sql): Promise<Applied[]> {
  const [ledger] = await sql`select to_regclass('migration') is not null as present`
  if (!ledger?.present) return []
  return await sql<Applied[]>`select number, name, checksum from migration order by number`
}

async function requireCreateRight(sql: Sql): Promise<void> {
  const [row] = await sql<{ schema: string | null; allowed: boolean | null; role: string }[]>`
    select current_schema() as schema, has_schema_privilege(current_schema(), 'create') as allowed, current_user as role`
  if (row?.allowed) return
  throw new DatabaseUnavailable(
    'database.rights',
    `role "${row?.role}" may not create tables in schema "${row?.schema ?? 'public'}": ` +
      `grant create, usage on schema ${row?.schema ?? 'public'} to "${row?.role}"`,
  )
}
