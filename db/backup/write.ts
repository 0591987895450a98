import type { Sql } from '../connect.ts'
import {
  type Cells,
  closingLine,
  copyLine,
  endOfRows,
  type Header,
  headerLine,
  rowLine,
  type Rows,
  type Table,
  tables,
} from './format.ts'

/** A row may hold a megabyte. */
const rowsAtOnce = 50

/**
 * Everything the database knows, as of one moment, while others go on with it. Rows of living processes are left out: what
 * they own is, restored, owned by nobody, as after a crash.
 */
export async function* backupOf(sql: Sql): AsyncGenerator<Buffer> {
  const reserved = await sql.reserve()
  try {
    await reserved`begin isolation level repeatable read read only`
    const migrations = await reserved<
      Header['migrations']
    >`select number, name, checksum from migration order by number`
    yield Buffer.from(headerLine({ format: 1, madeAt: new Date().toISOString(), migrations: [...migrations] }))
    const rows: Rows = {}
    for (const table of tables) {
      const columns = await columnsOf(reserved, table)
      yield Buffer.from(copyLine(table, columns))
      rows[table] = 0
      // No COPY: postgres.js 3.4.9 leaves its socket paused behind one whose last row is long, and waits for ever.
      const texts = columns.map((column) => `"${column}"::text`).join(', ')
      for await (const found of reserved.unsafe(`select ${texts} from ${table}`).values().cursor(rowsAtOnce)) {
        rows[table] += found.length
        yield Buffer.from(found.map((row) => rowLine(row as Cells)).join(''))
      }
      yield Buffer.from(endOfRows)
    }
    yield Buffer.from(closingLine(rows))
    await reserved`commit`
  } finally {
    // Not waited for: who stops in the middle of a table has left the connection to it.
    reserved`rollback`.catch(() => {})
    reserved.release()
  }
}

const columnsOf = async (sql: Pick<Sql, 'unsafe'>, table: Table): Promise<string[]> => {
  const rows = await sql.unsafe<{ name: string }[]>(
    `select attname as name from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )
  return rows.map(({ name }) => name)
}
