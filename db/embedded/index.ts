import { existsSync } from 'node:fs'
import path from 'node:path'
import { createPool, openDatabase, type Database } from '../connect.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { roleName } from './cluster.ts'
import { acquire, tryExclusive, tryShared } from './locks.ts'
import { locksOf, preparePlace } from './place.ts'
import { ensureServer, findServer, stopServer, type Server } from './server.ts'
import { ensureWatchdog, stopWatchdog, type Watch } from './watch.ts'

export type EmbeddedStatus = {
  state: 'absent' | 'stopped' | 'running'
  /** A living process has it open. */
  inUse: boolean
  folder: string
  data?: string
  pid?: number
  port?: number
}

export type EmbeddedOptions = {
  home: string
  /** Connections in this process's pool, 10 by default. */
  max?: number
  /** False leaves the schema as it is. */
  migrate?: boolean
  /** What the server accepts in all, 100 by default; the process that starts it decides. */
  maxConnections?: number
  /** How long the server waits for its next user, in ms; the process that starts it decides. */
  graceMs?: number
}

/**
 * Opens the embedded database under `home`, starting its server or joining the one that runs.
 * The server goes `graceMs` (5 s by default) after the last process that opened it has closed it or died.
 * @throws DatabaseUnavailable `database.embedded`, with the reason in one line
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  try {
    return await open(options)
  } catch (cause) {
    if (cause instanceof DatabaseUnavailable) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the embedded database does not start (or set DATABASE_URL to a server of yours): ${reason}`
    throw new DatabaseUnavailable('database.embedded', message.replaceAll('\n', ' '), { cause })
  }
}

async function open(options: EmbeddedOptions): Promise<Database> {
  const place = preparePlace(options.home)
  const use = await acquire(tryShared, locksOf(place).users)
  try {
    const { graceMs = 5_000, maxConnections = 100 } = options
    const server = await start({ place, graceMs, maxConnections })
    const { max, migrate } = options
    const database = await openDatabase(server.url, { max, ...(migrate !== undefined && { migrate }) })
    const close = async () => {
      await database.close()
      use.release()
    }
    return { ...database, close }
  } catch (error) {
    use.release()
    throw error
  }
}

async function start(watch: Watch): Promise<Server> {
  const control = await acquire(tryExclusive, locksOf(watch.place).control)
  try {
    ensureWatchdog(watch) // first: a kill between the two leaves no server that nobody stops
    const server = await ensureServer(watch)
    await ensureDatabase(server)
    return server
  } finally {
    control.release()
  }
}

async function ensureDatabase(server: Server): Promise<void> {
  const sql = createPool(server.url.replace(/[^/]*$/, 'postgres'), 1)
  try {
    const [database] = await sql`select from pg_database where datname = ${roleName}`
    if (!database) await sql`create database ${sql(roleName)}`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Stops the server of `home` now, whoever uses it. False when it was not running. */
export async function stopEmbedded(home: string): Promise<boolean> {
  if (!isPresent(home)) return false
  const place = preparePlace(home)
  const control = await acquire(tryExclusive, locksOf(place).control)
  try {
    await stopWatchdog(place)
    return await stopServer(place)
  } finally {
    control.release()
  }
}

/** Looks without starting or making anything. */
export function embeddedStatus(home: string): EmbeddedStatus {
  const folder = path.join(path.resolve(home), 'postgres')
  if (!isPresent(home)) return { state: 'absent', inUse: false, folder }
  const place = preparePlace(home)
  const alone = tryExclusive(locksOf(place).users)
  alone?.release()
  const server = findServer(place)
  return { state: server ? 'running' : 'stopped', inUse: !alone, folder, data: place.data, ...server }
}

const isPresent = (home: string) => existsSync(path.join(path.resolve(home), 'postgres'))
