import type { Sql } from 'postgres'
import { DatabaseUnavailable } from './errors.ts'

// Oldest version tested; `server_version_num` is major * 10000 + minor since Postgres 10.
const oldestMajor = 15

/** @throws DatabaseUnavailable `database.too_old` below Postgres 15 */
export async function requireVersion(sql: Sql): Promise<void> {
  const [row] = await sql<{ version: string }[]>`select current_setting('server_version_num') as version`
  requireMajor(Number(row?.version))
}

export function requireMajor(versionNumber: number): void {
  const major = Math.floor(versionNumber / 10_000)
  if (major >= oldestMajor) return
  throw new DatabaseUnavailable(
    'database.too_old',
    `the server runs Postgres ${major}, Adjutant needs ${oldestMajor} or newer: upgrade it or use another server`,
  )
}

/** A role that may connect but not use the tables is told so at the start, not in the middle of a turn. */
export async function requireTableRights(sql: Sql): Promise<void> {
  const [row] = await sql<{ role: string; tables: string[] }[]>`
    select current_user as role, coalesce(json_agg(t.relname order by t.relname), '[]') as tables
    from pg_class t join pg_class ledger on ledger.oid = to_regclass('migration')
      and t.relnamespace = ledger.relnamespace and t.relowner = ledger.relowner
    where t.relkind in ('r', 'p') and not (
      has_table_privilege(t.oid, 'select') and has_table_privilege(t.oid, 'insert')
      and has_table_privilege(t.oid, 'update') and has_table_privilege(t.oid, 'delete'))`
  if (!row?.tables.length) return
  throw new DatabaseUnavailable(
    'database.rights',
    `role "${row.role}" may not read and write ${row.tables.join(', ')}: grant select, insert, update, delete on them`,
  )
}
