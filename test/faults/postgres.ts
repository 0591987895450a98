import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { preparePlace } from '../../db/embedded/place.ts'
import { isRunning } from '../../db/embedded/process-identity.ts'
import { createPool } from '../../db/connect.ts'
import { embeddedStatus, openEmbedded, stopEmbedded, type Database, type Sql } from '../../db/index.ts'
import { layWire } from './wire.ts'

const MAX_CONNECTIONS = 60
const READY_MS = 90_000

/** A Postgres of the product's own kind, durable, which its watchdog brings back whenever it goes. */
export type Server = {
  sql: Sql
  url: string
  /** Where its data is; on a small disk of its own when `small`. */
  data: string
  small: boolean
  pid(): number
  /** Resolves once it answers. */
  ready(): Promise<void>
  close(): Promise<void>
}

/** `smallDisk`: its data goes to a file system of that many MB, if this user may make one. */
export async function startServer({ smallDisk }: { smallDisk?: number }): Promise<Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-faults-'))
  chmodSync(folder, 0o711) // run by root, the server's user must get in
  const home = path.join(folder, 'home')
  const state = path.join(home, 'postgres/state')
  mkdirSync(state, { recursive: true })
  const small = smallDisk !== undefined && mountDisk(path.join(folder, 'disk'), state, smallDisk)
  const remove = async (database?: Database) => {
    await database?.close()
    await stopEmbedded(home)
    if (embeddedStatus(home).state !== 'absent') emptied(preparePlace(home).state)
    if (small) spawnSync('umount', ['--lazy', state])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const database = await openEmbedded({ home, max: 2, maxConnections: MAX_CONNECTIONS })
    // A server that starts again while somebody has its port takes another one.
    const door = await layWire(database.url, () => embeddedStatus(home).port ?? 0)
    // A pool of the harness's own: that of the database is as good as lost while the server goes and comes.
    const sql = createPool(door.url, 2)
    const close = async () => {
      await sql.end({ timeout: 1 })
      await door.close()
      await remove(database)
    }
    const pid = () => embeddedStatus(home).pid ?? 0
    return { sql, url: door.url, data: path.join(state, 'data'), small, pid, ready: () => answers(sql), close }
  } catch (error) {
    await remove()
    throw error
  }
}

const emptied = (state: string) => rmSync(path.join(state, 'data'), { recursive: true, force: true })

function mountDisk(file: string, place: string, megabytes: number): boolean {
  const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  if (!run('truncate', '-s', `${megabytes}M`, file) || !run('mkfs.ext4', '-q', '-F', file)) return false
  if (!run('mount', '-o', 'loop', file, place)) return false
  chmodSync(place, 0o700)
  return true
}

/** Bytes that are left where the data is. */
export const roomAt = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

async function answers(sql: Sql): Promise<void> {
  const until = performance.now() + READY_MS
  for (;;) {
    const late = pause(3_000).then(() => Promise.reject(new Error('no answer')))
    try {
      await Promise.race([sql`select 1`, late])
      return
    } catch (error) {
      if (performance.now() > until) throw new Error('Postgres did not come back', { cause: error })
      await pause(100)
    } finally {
      late.catch(() => {})
    }
  }
}

// A fast shutdown that meets a recovery after a crash may wait for ever, as it does for sessions that connect again and again.
const PATIENCE_MS = 8_000

/** Ends the server; one that does not heed the signal is killed. */
export async function kill(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (pid <= 1 || !isRunning(pid)) return
  process.kill(pid, signal)
  const until = performance.now() + PATIENCE_MS
  while (isRunning(pid, 'postgres')) {
    if (performance.now() > until) process.kill(pid, 'SIGKILL')
    await pause(20)
  }
}
