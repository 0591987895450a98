import { isTransient, type Store } from '../db/index.ts'
import type { ActivityHost } from './activity-host.ts'
import type { Clock } from './clock.ts'
import type { Engine } from './engine.ts'
import type { Lease } from './lease.ts'
import type { Revival } from './revival.ts'
import type { Platform } from './platform.ts'

type Options = {
  store: Store
  clock: Clock
  platform: Platform
  engine: Engine | undefined
  activities: ActivityHost | undefined
  lease: Lease
  revival: Revival
  leaseMs: number
  log(problem: string, detail: object): void
}

// Notifications come first; the poll is for those that were lost, and for what died with another process.
const POLL_MS = 1_000
// A simulated clock calls nobody for systems that are not in memory.
const SHORTEST_POLL_MS = 20
// Systems of a dead process are taken over as their mail falls due, not all at once.
const CLAIM_LIMIT = 1_000

/** The loop that looks for due mail and queued activities nobody else takes care of. */
export class Poller {
  readonly #options: Options
  #timer: unknown
  #polling: Promise<void> | undefined
  #sweptAt = -Infinity
  #open = false
  /** When the next look is planned, by the platform's clock, and what must not be missed, by the runtime's. */
  #plannedAt = Infinity
  #dueAt = Infinity

  constructor(options: Options) {
    this.#options = options
  }

  start() {
    this.#open = true
    this.#later(0)
  }

  async stop() {
    this.#open = false
    this.#options.platform.clearTimeout(this.#timer)
    await this.#polling
  }

  abandon() {
    this.#open = false
    this.#options.platform.clearTimeout(this.#timer)
  }

  /** Looks once, now. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => (this.#polling = undefined))
    return this.#polling
  }

  /** Something falls due then that may not have been there at the last look. */
  lookAt(due: number) {
    const { clock, platform } = this.#options
    this.#dueAt = Math.min(this.#dueAt, due)
    const ms = Math.max(SHORTEST_POLL_MS, due - clock.now())
    if (!this.#polling && platform.steady() + ms < this.#plannedAt) this.#later(ms)
  }

  #later(ms: number) {
    const { platform } = this.#options
    platform.clearTimeout(this.#timer)
    this.#plannedAt = platform.steady() + ms
    if (this.#open) this.#timer = platform.setTimeout(() => void this.poll(), ms)
  }

  async #poll() {
    const { clock, lease, log } = this.#options
    let next = POLL_MS
    this.#dueAt = Infinity
    try {
      if (lease.valid) next = await this.#look()
    } catch (error) {
      if (!isTransient(error)) log('poll.failed', { error })
    } finally {
      this.#later(Math.max(SHORTEST_POLL_MS, Math.min(next, this.#dueAt - clock.now())))
    }
  }

  /** Milliseconds until it is worth looking again. */
  async #look(): Promise<number> {
    const { store, clock, platform, engine, activities, lease, leaseMs, revival } = this.#options
    const now = clock.now()
    const sweeping = platform.steady() - this.#sweptAt > leaseMs / 3
    if (sweeping) this.#sweptAt = platform.steady()
    if (activities && sweeping) await activities.sweep()
    else activities?.dispatch()
    if (!engine) return POLL_MS
    const claimed = await store.claimSystems({ process: lease.id, now, limit: CLAIM_LIMIT })
    engine.poke(claimed.map(({ id }) => id))
    if (sweeping) await Promise.all([store.freeHeldMail(), store.buryFinalMail(now), revival.look()])
    if (claimed.length >= CLAIM_LIMIT) return SHORTEST_POLL_MS
    const [[mail], [activity]] = await Promise.all([store.nextDue(now), store.nextActivityAt(now)])
    const due = Math.min(mail?.due ?? Infinity, activity?.at ?? Infinity) - clock.now()
    return Math.max(SHORTEST_POLL_MS, Math.min(POLL_MS, due))
  }
}
