import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findBinaries } from './binaries.ts'
import { ensureCluster, ensurePassword, roleName } from './cluster.ts'
import type { Place } from './place.ts'
import { findFreePort } from './port.ts'
import { isRunning } from './process-identity.ts'

export type Server = { pid: number; port: number; url: string }
export type Served = { place: Place; maxConnections: number }

// Recovery after a crash replays the log since the last checkpoint: seconds, on a slow disk perhaps a minute.
const readyTimeoutMs = 120_000
const maxLogBytes = 5_000_000

/** The server of `place`: the running one, or a new one. The caller holds the control lock. */
export async function ensureServer(served: Served): Promise<Server> {
  const { place } = served
  const running = findServer(place)
  if (running) return await waitUntilReady(place, running.pid)
  ensureCluster(place)
  for (let attempt = 1; ; attempt++) {
    try {
      return await startServer(served)
    } catch (error) {
      // A port lost between asking and binding, or the last backends of a killed server that still hold its memory.
      if (attempt === 60 || !/in use/.test(String(error))) throw error
      await pause(250)
    }
  }
}

const isPostmaster = (pid: number, place: Place) => isRunning(pid, `-D ${place.data}`)

/** The live server of `place`, ready or still starting. */
export function findServer(place: Place): { pid: number; port: number } | undefined {
  const [pid, , , port] = readPidFile(place)
  if (!pid || !isPostmaster(Number(pid), place)) return undefined
  return { pid: Number(pid), port: Number(port) }
}

async function startServer({ place, maxConnections }: Served): Promise<Server> {
  const port = await findFreePort(path.join(place.folder, 'port'))
  disownStalePidFile(place)
  const output = openLog(place)
  const { postgres, env } = findBinaries(place.owner)
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: maxConnections,
    fsync: 'on',
    synchronous_commit: 'on',
    // A backend whose client was killed would finish its query first, and keep its locks until then.
    client_connection_check_interval: '1s',
    timezone: 'UTC',
  }
  const args = ['-D', place.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  // A session of its own: neither Ctrl-C in the terminal nor the end of this process reaches the server.
  const child = spawn(postgres, args, {
    ...place.owner,
    env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  child.unref()
  child.on('error', () => {}) // waitUntilReady sees that there is no such process
  return await waitUntilReady(place, child.pid ?? 0)
}

/** Line 8 of postmaster.pid becomes "ready" when connections are accepted. */
async function waitUntilReady(place: Place, pid: number): Promise<Server> {
  const deadline = Date.now() + readyTimeoutMs
  while (Date.now() < deadline) {
    const lines = readPidFile(place)
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') {
      const port = Number(lines[3])
      return { pid, port, url: `postgres://${roleName}:${ensurePassword(place)}@127.0.0.1:${port}/${roleName}` }
    }
    if (!isPostmaster(pid, place)) throw new Error(`the embedded Postgres did not start: ${lastWords(place)}`)
    await pause(15)
  }
  throw new Error(`the embedded Postgres was not ready after ${readyTimeoutMs / 1000} s: ${lastWords(place)}`)
}

/**
 * Postgres refuses to start while the pid in a stale file belongs to any program. The pid of its own parent it takes
 * for stale, and still checks that no backend of the old server holds its memory, which a removed file would skip.
 */
function disownStalePidFile(place: Place): void {
  const lines = readPidFile(place)
  if (!lines[0]) return
  writeFileSync(pidFile(place), [String(process.pid), ...lines.slice(1)].join('\n'))
}

const pidFile = (place: Place) => path.join(place.data, 'postmaster.pid')

function readPidFile(place: Place): string[] {
  try {
    return readFileSync(pidFile(place), 'utf8').split('\n')
  } catch {
    return []
  }
}

const logFile = (place: Place) => path.join(place.folder, 'postgres.log')

function openLog(place: Place): number {
  const size = statSync(logFile(place), { throwIfNoEntry: false })?.size ?? 0
  if (size > maxLogBytes) renameSync(logFile(place), `${logFile(place)}.old`)
  return openSync(logFile(place), 'a', 0o600)
}

function lastWords(place: Place): string {
  const lines = readFileSync(logFile(place), 'utf8').trim().split('\n').slice(-8)
  const telling = lines.filter((line) => /(FATAL|PANIC|could not|in use)/.test(line))
  return (telling.length ? telling : lines).slice(-3).join(' | ') || 'it said nothing'
}

/** Stops the server as `pg_ctl stop -m fast` does: open transactions are rolled back, data is flushed. */
export async function stopServer(place: Place, server = findServer(place)): Promise<boolean> {
  if (!server || !isPostmaster(server.pid, place)) return false
  process.kill(server.pid, 'SIGINT')
  while (isPostmaster(server.pid, place)) await pause(10)
  return true
}
