import postgres from 'postgres'
import { DatabaseUnavailable } from './errors.ts'
import { explainFailure } from './failures.ts'
import { migrate, requireKnown } from './migrate.ts'
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

// A cached generic plan of a statement over many systems is 3 to 6 times slower.
const planning = { plan_cache_mode: 'force_custom_plan' }
// Statements that look up keys of one system have one good plan, and planning takes longer than running it (0.7 of 1.1 ms). It
// is made once, perhaps while a table is empty, so what suits small tables only is ruled out.
const planned = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
}

/** A pool on `url` with the session settings and type mappings every query here relies on; connects on first use. */
export const createPool = (url: string, max = 10): Sql => pool(url, max, planning)

/** The same for statements whose plans are kept. */
const createLeanPool = (url: string): Sql => pool(url, LEAN_CONNECTIONS, planned)

// As many commits as overlap, and one for what is asked beside them.
const LEAN_CONNECTIONS = 4

function pool(url: string, max: number, settings: Record<string, string>): Sql {
  return postgres(url, {
    max,
    connect_timeout: 10,
    // Its own doubles with every failure of any connection of the pool, to 20 s: a server that is back would be ignored as long.
    backoff: ((failures: number) => Math.min(0.05 * 2 ** failures, 1)) as never,
    onnotice: () => {},
    // Column names only: postgres.camel would also rewrite the keys inside JSON values.
    transform: { column: postgres.camel.column },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number }, ...arrayTypes },
    // Its own look-up of array types rejects a promise nobody holds when the connection is lost meanwhile: the process would end.
    fetch_types: false,
    connection: {
      application_name: 'adjutant',
      default_transaction_isolation: 'read committed',
      jit: 'off', // costs more than it gains; postgres.js leaves false out
      ...settings,
    },
  } as postgres.Options<{ bigint: postgres.PostgresType<number> }>) as unknown as Sql
}

export type OpenOptions = {
  /** Connections in the pool, 10 by default. */
  max?: number
  /** False leaves the schema as it is; one that is newer than this code is refused all the same. */
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
    const migrations = await readMigrations()
    if (options.migrate ?? true) await migrate(sql, migrations)
    else await requireKnown(sql, migrations)
    await requireTableRights(sql)
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw explainFailure(error, url)
  }
  const lean = createLeanPool(url)
  const close = async ({ abandon = false } = {}) => {
    await Promise.all([sql, lean].map((each) => each.end({ timeout: abandon ? 0 : 5 })))
  }
  return { sql, url, store: postgresStore(sql, lean), close }
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
