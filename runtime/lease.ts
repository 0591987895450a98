import { randomUUID } from 'node:crypto'
import { isTransient, registerProcess, removeDeadProcesses, removeProcess, renewLease, type Sql } from '../db/index.ts'

type Options = { sql: Sql; name: string; leaseMs: number; lost(): void; log(problem: string, detail: object): void }

/** This process's claim to be alive. Others take its systems over once it has run out. */
export class Lease {
  readonly id = randomUUID()
  readonly #options: Options
  #validUntil = 0
  #timer: NodeJS.Timeout | undefined
  #renewing: Promise<void> | undefined
  #name: string
  #stopped = false

  constructor(options: Options) {
    this.#options = options
    this.#name = options.name
  }

  /** By this process's monotonic clock: false once others may have taken over. */
  get valid(): boolean {
    return performance.now() < this.#validUntil
  }

  /** Whether the work is done before the lease runs out; what fails is not. */
  async outlasts(work: Promise<unknown>): Promise<boolean> {
    const { promise: lapsed, resolve } = Promise.withResolvers<false>()
    const watch = setInterval(() => this.valid || resolve(false), 50)
    const done = work.then(
      () => true,
      () => false,
    )
    return Promise.race([done, lapsed]).finally(() => clearInterval(watch))
  }

  async acquire() {
    const { sql, leaseMs } = this.#options
    const asked = performance.now()
    await registerProcess(sql, { id: this.id, name: this.#name, leaseMs })
    this.#validUntil = asked + leaseMs
    await removeDeadProcesses(sql)
  }

  /** Renews three times in the length of a lease. */
  keep() {
    this.#timer = setInterval(() => (this.#renewing ??= this.#renew()), this.#options.leaseMs / 3)
  }

  async release() {
    this.stop()
    await this.#renewing
    await removeProcess(this.#options.sql, this.id)
  }

  stop() {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#validUntil = 0
  }

  async #renew() {
    const { sql, leaseMs, lost, log } = this.#options
    const asked = performance.now()
    try {
      const [row] = await renewLease(sql, { id: this.id, leaseMs })
      if (this.#stopped) return
      // Asked now, not before: it may have run out while the database was slow to answer.
      const wasValid = this.valid
      if (!row) {
        // Another process took the name; this one goes on under a name of its own, and owns nothing.
        log('lease.replaced', { name: this.#name })
        this.#name = `${this.#options.name}#${this.id}`
        await registerProcess(sql, { id: this.id, name: this.#name, leaseMs })
      }
      this.#validUntil = asked + leaseMs
      if (!row || !wasValid) lost()
    } catch (error) {
      if (!isTransient(error)) log('lease.failed', { error })
    } finally {
      this.#renewing = undefined
    }
  }
}
