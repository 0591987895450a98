import type { Store } from '../db/index.ts'

/** XState's clock that can also tell the time, in milliseconds; its SimulatedClock fits. */
export type Clock = {
  now(): number
  setTimeout(fn: (...args: any[]) => void, ms: number): any
  clearTimeout(id: any): void
}

// The longest delay that setTimeout takes; a longer one would fire at once.
export const LONGEST_TIMEOUT = 2 ** 31 - 1

// Less than that between two looks is how clocks are kept right; more is somebody who set it.
const SET_BACK_MS = 1_000

/**
 * The machine's clock; where that is set back it goes on from where it was, else a timer due in a minute would be due in an
 * hour and a minute. Set ahead (or after a sleep) it is followed. It never falls: what was sent later would be due earlier.
 */
export function hostTime(wall = Date.now, steady = () => performance.now()): () => number {
  let [lastWall, lastSteady, ahead] = [wall(), steady(), 0]
  let latest = -Infinity
  return () => {
    const [nowWall, nowSteady] = [wall(), steady()]
    const lost = nowSteady - lastSteady - (nowWall - lastWall)
    if (lost > SET_BACK_MS) ahead += Math.round(lost)
    lastWall = nowWall
    lastSteady = nowSteady
    latest = Math.max(latest, nowWall + ahead)
    return latest
  }
}

/** The machine's clock, aligned to the database's: processes on several machines then agree on what is due. */
export async function databaseClock(store: Store): Promise<Clock> {
  const host = hostTime()
  const asked = host()
  const database = await store.databaseTime()
  const offset = Math.round(database - (asked + host()) / 2)
  return {
    now: () => host() + offset,
    setTimeout: (fn, ms) => setTimeout(fn, Math.min(ms, LONGEST_TIMEOUT)),
    clearTimeout: (id) => clearTimeout(id),
  }
}

/** When a delay is over. One without end, or beyond what a date can hold, never is; nor is one that is no number. */
export function dueAfter(now: number, delay: number): number {
  const due = now + Math.max(0, Math.ceil(delay))
  return Number.isSafeInteger(due) ? due : Number.MAX_SAFE_INTEGER
}

/** Whole milliseconds: columns of instants take no fractions. */
export const wholeClock = (clock: Clock): Clock => ({
  now: () => Math.floor(clock.now()),
  setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
  clearTimeout: (id) => clock.clearTimeout(id),
})
