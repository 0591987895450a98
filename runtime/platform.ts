import { randomUUID } from 'node:crypto'

/** What a runtime takes from the computer it runs on, besides the clock that its timers follow: waiting, chance, elapsed time. */
export type Platform = {
  setTimeout(fn: () => void, ms: number): unknown
  /** As `setTimeout`, but does not keep the process alive. */
  setIdleTimeout(fn: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  /** Calls back on the next round of the event loop. */
  setImmediate(fn: () => void): unknown
  /** Monotonic, in milliseconds; may stand still while the machine sleeps. */
  steady(): number
  /** Milliseconds since 1970; may be set. */
  wall(): number
  random(): number
  uuid(): string
}

export const node: Platform = {
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  setIdleTimeout: (fn, ms) => setTimeout(fn, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setImmediate: (fn) => setImmediate(fn),
  steady: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  uuid: () => randomUUID(),
}

/** Resolves after `ms`, or on the next round of the event loop. */
export const pause = (platform: Platform, ms: number): Promise<void> =>
  new Promise((resolve) => {
    if (ms > 0) platform.setTimeout(resolve, ms)
    else platform.setImmediate(resolve)
  })
