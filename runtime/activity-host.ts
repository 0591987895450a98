import { isTransient, type ActivityAttempt, type AttemptKey, type Store } from '../db/index.ts'
import { Attempt, type AttemptEnd, type Audience, type StoredEnd } from './attempt.ts'
import { retryDelay, mayRetry } from './backoff.ts'
import type { Clock } from './clock.ts'
import { ActivityFailure, Defect } from './failures.ts'
import { activityName, Heartbeats, keyName, superseded } from './heartbeats.ts'
import { resolveActivity, type ResolvedActivity } from './resolve-activity.ts'
import { pause, type Platform } from './platform.ts'
import type { Registry } from './registry.ts'
import type { Signals } from './signals.ts'
import { resultMail, type Mail, type MailOutcome } from './turn.ts'
import type { StartedActivity } from './turn-record.ts'
import type { Identity } from './turn-rows.ts'

type Options = {
  store: Store
  clock: Clock
  platform: Platform
  owner: string
  registry: Registry
  signals: Signals
  concurrency: number
  /** The result of an attempt joins the next turn of its system, if that is in memory here. */
  offer(system: string, result: Mail): boolean
  /** A result or a report was put into the mailbox of a system. */
  mailed(system: string, owner: string | null): void
  log(problem: string, detail: object): void
}

// The actor has ended, or another attempt has taken the place of this one: its result is nobody's.
const NOBODY = new Set(['actor.not_found', 'activity.superseded'])

// Something of the database or of this process, not of the activity: later it may do.
const NOT_CONCLUDED_MS = 5_000
// The machine is not known here: a process that knows it has time to take the activity.
const FOR_OTHERS_MS = 10_000

/** Runs attempts of activities while slots are free. The row in the database is the truth about each. */
export class ActivityHost {
  readonly #options: Options
  readonly #running = new Map<string, Attempt>()
  /** Attempts that begin with a commit under way. */
  readonly #reserved = new Map<string, Pick<AttemptKey, 'systemId' | 'incarnation'>>()
  readonly #returning: Promise<unknown>[] = []
  readonly #heartbeats: Heartbeats
  #claiming: Promise<void> | undefined
  #again = false
  #swept = false
  #closed = false
  #abandoned = false

  constructor(options: Options) {
    this.#options = options
    this.#heartbeats = new Heartbeats(options)
  }

  /** How many attempts more may run. One that has ended, and whose result is on its way, is over. */
  get slots(): number {
    let free = this.#options.concurrency - this.#reserved.size
    for (const attempt of this.#running.values()) if (!attempt.ended) free--
    return free
  }

  /** True while an attempt could be started, or one has ended and its result is not stored yet. */
  get busy(): boolean {
    return this.#claiming !== undefined || [...this.#running.values()].some((attempt) => attempt.ended)
  }

  /** Queued activities may be waiting. */
  dispatch() {
    if (this.#closed) return
    this.#again = true
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = undefined
      // Asked for just after the last look.
      if (this.#again && this.slots > 0) this.dispatch()
    })
  }

  /** A slot for an activity whose row is about to be written; those who wait in the database go first. */
  take(system: string, incarnation: string): boolean {
    if (this.#closed || this.#again || this.#claiming || this.slots <= 0) return false
    this.#reserved.set(activityName(system, incarnation), { systemId: system, incarnation })
    return true
  }

  drop(system: string, incarnation: string) {
    this.#reserved.delete(activityName(system, incarnation))
    this.#freed()
  }

  /** The row was written, with this process as the one that runs its first attempt. */
  begin({ id, machine, version }: Identity, { incarnation, src, input }: StartedActivity) {
    if (!this.#reserved.delete(activityName(id, incarnation)) || this.#abandoned) return
    const key = { systemId: id, incarnation, attempt: 1 }
    if (this.#closed) this.#returning.push(this.#requeue({ key }, { afterMs: 0, lost: 1 }).catch(() => {}))
    else this.#start({ ...key, machine, version, src: JSON.stringify(src), input, lost: 0 })
  }

  /** What began after the close is queued again. */
  async returned() {
    await Promise.all(this.#returning)
  }

  /** The attempt's actor was stopped. */
  cancel(system: string, incarnation: string) {
    this.#running
      .get(activityName(system, incarnation))
      ?.abort(new ActivityFailure('activity.cancelled', 'the activity was cancelled'))
  }

  /** Attempts that are not the current ones any more are aborted; those of dead processes are queued again. */
  async sweep() {
    const { store, owner, clock } = this.#options
    const running = [...this.#running.values()]
    if (running.length) {
      const keys = running.map(({ key }) => key)
      const current = new Set((await store.confirmAttempts(owner, keys)).map(keyName))
      for (const attempt of running)
        if (!attempt.ended && !current.has(keyName(attempt.key))) attempt.abort(superseded())
    }
    await store.requeueLostActivities(clock.now())
    this.#swept = true
    this.dispatch()
  }

  /** Aborts all attempts and queues them again: the next process continues. */
  async close() {
    this.#closed = true
    await this.#claiming
    const running = [...this.#running.values()]
    for (const attempt of running) attempt.abort(new ActivityFailure('activity.interrupted', 'this process is closing'))
    await Promise.all(running.map(({ over }) => over))
  }

  abandon() {
    this.#closed = this.#abandoned = true
    for (const attempt of this.#running.values()) attempt.abandon()
    this.#running.clear()
    this.#reserved.clear()
  }

  async #claim() {
    if (this.#swept) await this.#requeueForgotten()
    while (this.#again && !this.#closed && this.slots > 0) {
      this.#again = false
      const { store, owner, clock, signals, log } = this.#options
      if (signals.pointed) await signals.point('activity.dispatch', {})
      try {
        const limit = this.slots
        const rows = await store.startActivities({ process: owner, now: clock.now(), limit })
        // As after a crash: what was taken stays with a process that is gone.
        if (this.#abandoned) return
        if (rows.length === limit) this.#again = true
        for (const row of rows) this.#start(row)
      } catch (error) {
        if (!isTransient(error)) log('activity.claim_failed', { error })
      }
    }
  }

  // What the database has this process run, and it does not: the answer to the start was lost with the connection.
  // Done where attempts are started, so that none is on its way.
  async #requeueForgotten() {
    const { store, owner, clock, log } = this.#options
    const known = [...this.#running.values()].map(({ key }) => ({ ...key }))
    for (const key of this.#reserved.values()) known.push({ ...key, attempt: 1 })
    try {
      await store.requeueForgottenActivities({ process: owner, known, now: clock.now() })
      this.#swept = false
    } catch (error) {
      if (!isTransient(error)) log('activity.sweep_failed', { error })
    }
  }

  #start(row: ActivityAttempt) {
    const { systemId, incarnation } = row
    const attempt: Attempt = new Attempt(row, {
      platform: this.#options.platform,
      idempotencyKey: `${systemId}:${incarnation}`,
      tell: (event, audience) => this.#tell(attempt, event, audience),
      heartbeat: () => this.#heartbeat(attempt),
    })
    this.#running.set(activityName(systemId, incarnation), attempt)
    const over = this.#run(attempt, row).finally(() => {
      if (this.#running.get(activityName(systemId, incarnation)) === attempt)
        this.#running.delete(activityName(systemId, incarnation))
      this.#freed()
    })
    attempt.over = over
  }

  // Others wait in the database, as far as is known.
  #freed() {
    if (this.#again) this.dispatch()
  }

  async #run(attempt: Attempt, row: ActivityAttempt) {
    const { signals, log } = this.#options
    try {
      const resolved = this.#resolve(row)
      if (signals.pointed) await signals.point('activity.started', { ...attempt.key, src: row.src })
      const end = await attempt.run(resolved)
      if (attempt.abandoned) return
      this.#freed()
      if (signals.pointed) await signals.point('activity.ran', { ...attempt.key, src: row.src })
      await this.#conclude(attempt, row, end, resolved)
    } catch (error) {
      if (attempt.abandoned) return
      log('activity.not_concluded', { ...attempt.key, error })
      const again =
        error instanceof Defect ? { afterMs: FOR_OTHERS_MS, lost: 0 } : { afterMs: NOT_CONCLUDED_MS, lost: 1 }
      await this.#requeue(attempt, again).catch(() => {})
    }
  }

  // What is missing in this process fails the attempt: the machine decides what follows. A machine that is missing is one of
  // a newer or an older process, which can run it.
  #resolve(row: ActivityAttempt): ResolvedActivity {
    try {
      return resolveActivity(this.#options.registry, row)
    } catch (error) {
      if (error instanceof Defect) throw error
      return { run: () => Promise.reject(error as Error), retry: {} }
    }
  }

  #requeue(attempt: Pick<Attempt, 'key'>, { afterMs, lost }: { afterMs: number; lost: number }) {
    const { store, clock } = this.#options
    return store.requeueActivity(attempt.key, { runAt: clock.now() + afterMs, lost })
  }

  async #conclude(attempt: Attempt, row: ActivityAttempt, end: AttemptEnd, { retry }: ResolvedActivity) {
    if (end.how === 'cancelled') return
    if (end.how === 'interrupted') {
      await this.#requeue(attempt, { afterMs: 0, lost: 1 })
    } else if (end.how === 'failed' && mayRetry(end.error, row, retry)) {
      const afterMs = retryDelay(end.error, row.attempt - row.lost, retry, this.#options.platform.random)
      await this.#requeue(attempt, { afterMs, lost: 0 })
    } else await this.#store(attempt, end)
  }

  async #store(attempt: Attempt, end: Extract<AttemptEnd, { how: 'done' | 'failed' }>) {
    const { clock, signals } = this.#options
    if (end.how === 'failed' && end.error instanceof ActivityFailure) end.error.at ??= clock.now()
    const stored = end.how === 'done' ? attempt.stored(end.output) : attempt.storedFailure(end.error)
    if (!(await this.#joined(attempt, stored))) await this.#mail(attempt, stored)
    if (signals.pointed) await signals.point('activity.stored', { ...attempt.key })
  }

  /** Whether the result came into a turn of its system from memory, and was committed with it; or nobody is there to take it. */
  #joined({ key }: Attempt, stored: StoredEnd): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (outcome: MailOutcome) => resolve(!('refused' in outcome) || NOBODY.has(outcome.refused))
      const result = resultMail(key, stored, this.#options.clock.now(), settle)
      if (!this.#options.offer(key.systemId, result)) resolve(false)
    })
  }

  // Repeated until the database answers: the work is done, and only its result is missing.
  async #mail(attempt: Attempt, { status, result, event }: StoredEnd) {
    const { store, clock, platform, mailed } = this.#options
    for (let wait = 100; ; wait = Math.min(wait * 2, 3_000)) {
      try {
        const [row] = await store.finishActivity(attempt.key, {
          status,
          result,
          mail: attempt.resultId,
          event: JSON.stringify(event),
          now: clock.now(),
        })
        if (row) mailed(attempt.key.systemId, row.owner)
        return
      } catch (error) {
        if (!isTransient(error) || attempt.abandoned) throw error
        await pause(platform, wait)
      }
    }
  }

  async #heartbeat(attempt: Attempt) {
    try {
      await this.#heartbeats.beat(attempt.key)
    } catch (error) {
      if (error instanceof ActivityFailure) attempt.abort(error)
      throw error
    }
  }

  async #tell(attempt: Attempt, event: { type: string }, { address, systemId, emission }: Audience = {}) {
    const { store, clock, mailed } = this.#options
    const { id, text } = attempt.told(event)
    const kind = emission ? 'emission' : 'report'
    const to = { address: address ?? null, systemId: systemId ?? null }
    const [row] = await store.reportActivity(attempt.key, { mail: id, kind, ...to, event: text, now: clock.now() })
    if (row) return mailed(attempt.key.systemId, row.owner)
    attempt.abort(superseded())
    throw superseded()
  }
}
