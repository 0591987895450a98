import { existsSync } from 'node:fs'
import path from 'node:path'
import { createPool, openDatabase, type Database } from '../connect.ts'
import { roleName } from './cluster.ts'
import { acquire, tryExclusive, tryShared } from './locks.ts'
import { locksOf, preparePlace, type Place } from './place.ts'
import { ensureServer, findServer, stopServer, type Server } from './server.ts'
import { ensureWatchdog, stopWatchdog } from './watch.ts'

export type EmbeddedStatus = {
  state: 'absent' | 'stopped' | 'running'
  /** A living process has it open. */
  inUse: boolean
  folder: string
  data?: string
  pid?: number
  port?: number
}

/**
 * Opens the embedded database under `home`, starting its server or joining the one that runs.
 * The server goes `graceMs` (5 s) after the last process that opened it has closed it or died.
 */
export async function openEmbedded(options: { home: string; max?: number; graceMs?: number }): Promise<Database> {
  const place = preparePlace(options.home)
  const use = await acquire(tryShared, locksOf(place).users)
  try {
    const server = await start(place, options.graceMs ?? 5_000)
    const database = await openDatabase(server.url, { max: options.max })
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

async function start(place: Place, graceMs: number): Promise<Server> {
  const control = await acquire(tryExclusive, locksOf(place).control)
  try {
    ensureWatchdog({ place, graceMs }) // first: a kill between the two leaves no server that nobody stops
    const server = await ensureServer(place)
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
