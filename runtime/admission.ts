import { Rejection } from './failures.ts'

export type Limits = { count: number; bytes: number }

// About a kilobyte of memory each besides the event itself.
const LIMITS: Limits = { count: 50_000, bytes: 128_000_000 }
// A process that takes thousands a second has caught up by then, or is asked once more.
const RETRY_AFTER_MS = 1_000

/** How much may wait in this process to become durable: beyond that, callers are asked to come again. */
export class Admission {
  readonly #limits: Limits
  #count = 0
  #bytes = 0

  constructor(limits: Limits = LIMITS) {
    this.#limits = limits
  }

  /** Rejects with `runtime.overloaded`, before anything has happened. What is larger than the limit may come alone. */
  async admit<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const full = this.#count >= this.#limits.count || (this.#count > 0 && this.#bytes + bytes > this.#limits.bytes)
    if (full) throw overloaded(this.#count)
    this.#count++
    this.#bytes += bytes
    try {
      return await work()
    } finally {
      this.#count--
      this.#bytes -= bytes
    }
  }
}

const overloaded = (count: number) =>
  new Rejection('runtime.overloaded', `${count} events wait to become durable: send again in a moment`, {
    retryAfterMs: RETRY_AFTER_MS,
  })
