import type { ReservedSql } from 'postgres'
import type { Sql } from '../connect.ts'
import { errorCode, isDisconnection } from '../errors.ts'
import { applyMigrations } from '../migrate.ts'
import { type Migration, readMigrations } from '../migration-files.ts'
import { takeMigrationLock } from '../migration-lock.ts'
import { BackupRefused } from './refused.ts'
import {
  cellsIn,
  type Copy,
  copyIn,
  endOfRows,
  type Header,
  headerIn,
  type Rows,
  rowsIn,
  type Table,
  tables,
} from './format.ts'
import { linesOf } from './lines.ts'

const LOCK_PATIENCE_MS = 60_000

export type Restored = { madeAt: string; rows: Rows }

/**
 * Puts a backup into an empty database, all of it or nothing. One of an older version is brought up to date.
 * @throws BackupRefused
 */
export async function restoreBackup(sql: Sql, backup: AsyncIterable<Buffer>): Promise<Restored> {
  const lines = linesOf(backup)
  const header = headerIn((await lines.next()).value?.toString() ?? '')
  if (!header) throw new BackupRefused('backup.invalid', 'this is no backup of Adjutant')
  const known = await readMigrations()
  requireKnown(header, known)
  const reserved = await sql.reserve()
  try {
    await reserved`begin`
    try {
      await takeMigrationLock(reserved, LOCK_PATIENCE_MS)
      await requireEmpty(reserved)
      await reserved.unsafe(`drop table if exists ${[...tables, 'process', 'migration'].join(', ')}`)
      await applyMigrations(reserved, known.slice(0, header.migrations.length))
      const rows = await fillTables(reserved, lines)
      await applyMigrations(reserved, known.slice(header.migrations.length))
      await reserved`select setval(pg_get_serial_sequence('mailbox', 'n'), (select coalesce(max(n), 1) from mailbox))`
      await reserved`commit`
      return { madeAt: header.madeAt, rows }
    } catch (error) {
      if (!isDisconnection(error)) await reserved`rollback`
      throw explained(error)
    }
  } finally {
    reserved.release()
  }
}

/** Classes 22 and 23: what a table does not take. */
const explained = (error: unknown) =>
  /^2[23]/.test(errorCode(error))
    ? new BackupRefused('backup.invalid', `this backup holds what cannot be: ${(error as Error).message}`, {
        cause: error,
      })
    : error

function requireKnown({ migrations }: Header, known: Migration[]) {
  if (migrations.length > known.length)
    throw new BackupRefused(
      'backup.newer',
      'this backup was made by a newer version of Adjutant: restore it with that one',
    )
  if (migrations.some(({ checksum }, i) => checksum !== known[i]?.checksum))
    throw new BackupRefused(
      'backup.foreign',
      'this backup was made with other migrations than this version of Adjutant has',
    )
}

async function requireEmpty(sql: ReservedSql) {
  const [row] = await sql<{ filled: boolean; living: string[] }[]>`
    select exists (select from system) as filled,
      array(select name from process where lease_until > clock_timestamp())::text as living`
  if (row?.filled)
    throw new BackupRefused(
      'database.not_empty',
      'the database holds directives already: a backup goes into an empty one',
    )
  if (String(row?.living) !== '{}')
    throw new BackupRefused('database.in_use', 'another process of Adjutant uses this database: end it first')
}

type Lines = AsyncGenerator<Buffer, void, undefined>

async function fillTables(sql: ReservedSql, lines: Lines): Promise<Rows> {
  const rows: Rows = {}
  for (;;) {
    const text = (await lines.next()).value?.toString() ?? ''
    const copy = copyIn(text)
    const complete = rowsIn(text)
    if (copy) rows[copy.table] = await fill(sql, copy, lines)
    else if (complete && tables.every((table) => rows[table] === complete[table])) return rows
    else throw incomplete()
  }
}

const pieceBytes = 1_000_000

/**
 * Inserted as arrays of texts rather than by COPY: one that fails at its end leaves postgres.js 3.4.9 waiting for ever, as
 * it lets go of the stream before the server has answered.
 */
async function fill(sql: ReservedSql, { table, columns }: Copy, lines: Lines): Promise<number> {
  const statement = await insertion(sql, table, columns)
  let cells: (string | null)[][] = columns.map(() => [])
  let [count, bytes] = [0, 0]
  const flush = async () => {
    if (bytes > 0) await sql.unsafe(statement, cells as never)
    ;[cells, bytes] = [columns.map(() => []), 0]
  }
  for (;;) {
    const { value: line } = await lines.next()
    if (!line) throw incomplete()
    const text = line.toString()
    if (text === endOfRows) break
    const row = cellsIn(text)
    if (row.length !== columns.length) throw incomplete()
    row.forEach((cell, i) => cells[i]?.push(cell))
    count++
    bytes += line.length
    if (bytes >= pieceBytes) await flush()
  }
  await flush()
  return count
}

async function insertion(sql: ReservedSql, table: Table, columns: string[]): Promise<string> {
  const found = await sql.unsafe<{ name: string; type: string }[]>(
    'select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = to_regclass($1)',
    [table],
  )
  const types = new Map(found.map(({ name, type }) => [name, type]))
  const missing = columns.find((column) => !types.has(column))
  if (missing)
    throw new BackupRefused('backup.foreign', `this backup has a column ${table}.${missing} that is not known here`)
  const values = columns.map((column) => `"${column}"::${types.get(column)}`).join(', ')
  const arrays = columns.map((_, i) => `$${i + 1}::text[]`).join(', ')
  const names = columns.map((column) => `"${column}"`).join(', ')
  return `insert into ${table} (${names}) overriding system value select ${values} from unnest(${arrays}) as rows (${names})`
}

const incomplete = () => new BackupRefused('backup.incomplete', 'this backup is not whole: nothing was restored')
