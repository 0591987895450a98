import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { tryExclusive, type Lock } from './locks.ts'
import { locksOf } from './place.ts'
import { ensureServer, findServer, stopServer } from './server.ts'
import { watchdogPidFile, type Watch } from './watch.ts'

const pollMs = 250
const afterFailureMs = 5_000

/** A program of its own: stops the server some seconds after its last user is gone, revives it while there are any. */
async function main({ place, maxConnections, graceMs }: Watch): Promise<void> {
  const locks = locksOf(place)
  const only = tryExclusive(locks.watchdog)
  if (!only) return
  writeFileSync(watchdogPidFile(place), String(process.pid))
  let server = findServer(place)
  let aloneSince: number | undefined
  for (;;) {
    server = findServer(place) ?? server
    const alone = tryAlone(locks.users)
    if (!alone) {
      aloneSince = undefined
      if (!findServer(place)) await revive(locks.control)
    } else {
      aloneSince ??= performance.now()
      if (performance.now() - aloneSince >= graceMs) {
        await stopServer(place, server)
        only.release() // before `alone`: who comes next must not take us for its watchdog
        return alone.release()
      }
      alone.release()
    }
    await pause(pollMs)
  }

  async function revive(file: string): Promise<void> {
    const control = tryExclusive(file)
    if (!control) return // a user is starting it just now
    try {
      await ensureServer({ place, maxConnections })
    } catch (error) {
      console.error(error)
      await pause(afterFailureMs)
    } finally {
      control.release()
    }
  }
}

// A removed home cannot be locked; nobody can use what was in it.
function tryAlone(file: string): Lock | undefined {
  try {
    return tryExclusive(file)
  } catch {
    return { release: () => {} }
  }
}

await main(JSON.parse(process.argv[2] ?? ''))
