import postgres from 'postgres'
import { DatabaseUnavailable } from './errors.ts'
import { explainFailure } from './failures.ts'
import { migrate } from './migrate.ts'
import { readMigrations } from './migration-files.ts'
import { requireTableRights, requireVersion } from './requirements.ts'
import { postgresStore, type Store } from './store.ts'

export type Sql = postgres.Sql<{ bigint: number }>
export type Database = { sql: Sql; url: string; store: Store; close(options?: { abandon?: boolean }): Promise<void> }

const quoted = (item: unknown) => (item === null ? 'null' : `"${String(item).replace(/["\\]/g, '\\$&')}"`)
const arrayType = (oid: number) => ({
  to: oid,
  from: [],
  serialize: (items: unknown[]) => `{${items.map(quoted).join(',')}}`,
})
// The types that queries here send arrays of.
const arrayTypes = { int4s: arrayType(1007), texts: arrayType(1009), int8s: arrayType(1016), uuids: arrayType(2951) }

/** A pool on `url` with the session settings and type mappings every query here relies on; connects on first use. */
export function createPool(url: string, max = 10): Sql {
  return postgres(url, {
    max,
    connect_timeout: 10,
    onnotice: () => {},
    // Column names only: postgres.camel would also rewrite the keys inside JSON values.
    transform: { column: postgres.camel.column },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number }, ...arrayTypes },
    // Its own look-up of array types rejects a promise nobody holds when the connection is lost meanwhile: the process would end.
    fetch_types: false,
    connection: {
      application_name: 'adjutant',
      default_transaction_isolation: 'read committed',
      // A cached generic plan of the commit statement is 3 to 6 times slower, and jit costs more than it gains.
      plan_cache_mode: 'force_custom_plan',
      jit: 'off' as never, // postgres.js leaves false out
    },
  } as postgres.Options<{ bigint: postgres.PostgresType<number> }>) as unknown as Sql
}

export type OpenOptions = {
  /** Connections in the pool, 10 by default. */
  max?: number
  /** False leaves the schema as it is. */
  migrate?: boolean
  /** How long to wait for the server's first answer, 10 s by default. */
  timeoutMs?: number
}

/**
 * Opens a database of Postgres 15 or newer and brings its schema up to date.
 * @throws DatabaseUnavailable with one clear line
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const sql = openPool(url, options.max)
  try {
    await within(options.timeoutMs ?? 10_000, requireVersion(sql))
    if (options.migrate ?? true) await migrate(sql, await readMigrations())
    await requireTableRights(sql)
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw explainFailure(error, url)
  }
  const close = ({ abandon = false } = {}) => sql.end({ timeout: abandon ? 0 : 5 })
  return { sql, url, store: postgresStore(sql), close }
}

function openPool(url: string, max?: number): Sql {
  const shape = 'use postgres://user:password@host:port/database'
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new DatabaseUnavailable('database.invalid_url', `the database URL is not one of Postgres: ${shape}`)
  }
  return createPool(url, max)
}

// postgres.js connects again without end, or a word, to a server that closes every connection at once.
async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  const late = Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'CONNECT_TIMEOUT' })
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, timeoutMs, late)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}
