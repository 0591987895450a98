import { databaseTime, type Sql } from '../db/index.ts'

/** XState's clock that can also tell the time, in milliseconds; its SimulatedClock fits. */
export type Clock = {
  now(): number
  setTimeout(fn: (...args: any[]) => void, ms: number): any
  clearTimeout(id: any): void
}

// The longest delay that setTimeout takes; a longer one would fire at once.
export const LONGEST_TIMEOUT = 2 ** 31 - 1

/** The machine's clock, aligned to the database's: processes on several machines then agree on what is due. */
export async function databaseClock(sql: Sql): Promise<Clock> {
  const asked = Date.now()
  const database = await databaseTime(sql)
  const offset = Math.round(database - (asked + Date.now()) / 2)
  return {
    now: () => Date.now() + offset,
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
