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
