import { isTransient, type Store } from '../db/index.ts'
import type { Platform } from './platform.ts'

type Options = {
  store: Store
  platform: Platform
  name: string
  leaseMs: number
  lost(): void
  log(problem: string, detail: object): void
}

/** This process's claim to be alive. Others take its systems over once it has run out. */
export class Lease {
  readonly id: string
  readonly #options: Options
  #valid = { steady: 0, wall: 0 }
  #timer: unknown
  #renewing: Promise<void> | undefined
  #name: string
  #stopped = false

  constructor(options: Options) {
    this.#options = options
    this.id = options.platform.uuid()
    this.#name = options.name
  }

  /**
   * False once others may have taken over: by the monotonic clock, which stands still while a machine sleeps, and by the
   * machine's time of day, which does not.
   */
  get valid(): boolean {
    const { platform } = this.#options
    return platform.steady() < this.#valid.steady && platform.wall() < this.#valid.wall
  }

  /** Whether the work is done before the lease runs out; what fails is not. */
  async outlasts(work: Promise<unknown>): Promise<boolean> {
    const { promise: lapsed, resolve } = Promise.withResolvers<false>()
    const { platform } = this.#options
    let watch: unknown
    const look = () => {
      if (!this.valid) return resolve(false)
      watch = platform.setTimeout(look, 50)
    }
    look()
    const done = work.then(
      () => true,
      () => false,
    )
    return Promise.race([done, lapsed]).finally(() => platform.clearTimeout(watch))
  }

  // From when it is asked for: the answer may take its time.
  #renewed() {
    const { platform, leaseMs } = this.#options
    return { steady: platform.steady() + leaseMs, wall: platform.wall() + leaseMs }
  }

  async acquire() {
    const { store, leaseMs } = this.#options
    const renewed = this.#renewed()
    await store.registerProcess({ id: this.id, name: this.#name, leaseMs })
    this.#valid = renewed
    await store.removeDeadProcesses()
  }

  /** Renews three times in the length of a lease. */
  keep() {
    const { platform, leaseMs } = this.#options
    this.#timer = platform.setTimeout(() => {
      this.#renewing ??= this.#renew()
      this.keep()
    }, leaseMs / 3)
  }

  async release() {
    this.stop()
    await this.#renewing
    await this.#options.store.removeProcess(this.id)
  }

  stop() {
    this.#stopped = true
    this.#options.platform.clearTimeout(this.#timer)
    this.#valid = { steady: 0, wall: 0 }
  }

  async #renew() {
    const { store, leaseMs, lost, log } = this.#options
    const renewed = this.#renewed()
    try {
      const [row] = await store.renewLease({ id: this.id, leaseMs })
      if (this.#stopped) return
      // Asked now, not before: it may have run out while the database was slow to answer.
      const wasValid = this.valid && row?.lived
      if (!row) {
        // Another process took the name; this one goes on under a name of its own, and owns nothing.
        log('lease.replaced', { name: this.#name })
        this.#name = `${this.#options.name}#${this.id}`
        await store.registerProcess({ id: this.id, name: this.#name, leaseMs })
      }
      this.#valid = renewed
      if (!wasValid) lost()
    } catch (error) {
      if (!isTransient(error)) log('lease.failed', { error })
    } finally {
      this.#renewing = undefined
    }
  }
}
