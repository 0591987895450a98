import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { tryExclusive } from './locks.ts'
import { locksOf, type Place } from './place.ts'
import type { Served } from './server.ts'
import { isRunning } from './process-identity.ts'

/** What the watchdog is told: which server, and after how many ms without users to stop it. */
export type Watch = Served & { graceMs: number }

/** Starts the watchdog of a database unless it has one. The caller holds the control lock. */
export function ensureWatchdog(watch: Watch): void {
  const lock = tryExclusive(locksOf(watch.place).watchdog)
  if (!lock) return
  lock.release()
  const output = openSync(path.join(watch.place.folder, 'watchdog.log'), 'w', 0o600)
  const script = fileURLToPath(new URL(`./watchdog${path.extname(import.meta.url)}`, import.meta.url))
  const args = [script, JSON.stringify(watch)]
  const child = spawn(process.execPath, args, {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  child.on('error', () => {}) // without a watchdog the server outlives its users; the next user starts one
  child.unref()
}

/** Ends the watchdog, so that it does not bring the server back. The caller holds the control lock. */
export async function stopWatchdog(place: Place): Promise<void> {
  const pid = readWatchdogPid(place)
  const isWatchdog = () => isRunning(pid, 'watchdog', place.folder)
  if (isWatchdog()) process.kill(pid, 'SIGTERM')
  while (isWatchdog()) await pause(10)
}

export const watchdogPidFile = (place: Place) => path.join(place.folder, 'watchdog.pid')

function readWatchdogPid(place: Place): number {
  try {
    return Number(readFileSync(watchdogPidFile(place), 'utf8'))
  } catch {
    return 0
  }
}
