import { type AnyEventObject, type EventObject, SimulatedClock } from 'xstate'
import type { Activity } from '../activity.ts'
import type { Receipt, SendOptions } from '../mailroom.ts'
import type { Storage } from '../options.ts'
import type { HistoryEntry } from '../reader.ts'
import type { Machines } from '../registry.ts'
import { createRuntime, type Runtime } from '../runtime.ts'
import type { OnPoint } from '../signals.ts'
import type { SpawnOptions } from '../spawn.ts'
import type { ActorView } from '../view.ts'
import type { Condition } from '../watch.ts'
import { memoryDatabase } from './memory-database.ts'
import type { Stage, Venue } from './replay-together.ts'
import { Script } from './script.ts'
import { trackedStore } from './tracked-store.ts'

export type RehearsalOptions = {
  machines: Machines
  /** Answers for activities; those without an answer run until the test ends them. */
  script?: Script
  /** By `src`; they come before the script's. */
  activities?: Record<string, Activity>
  /** Closed with the rehearsal. By default one in memory. */
  database?: Storage
  /** Called at named points of the runtime; what it returns is waited for. */
  onPoint?: OnPoint
}

type Life = { runtime: Runtime; isOver: boolean; end: PromiseWithResolvers<'over'> }

/** Calls of one runtime after another: a call whose process dies is made again to the next, under the same id or key. */
export class Rehearsal implements Stage {
  /** Of all timers, delays and retries; starts at 0. Activities' timeouts and heartbeats run by the computer's clock. */
  readonly clock = new SimulatedClock()
  readonly script: Script
  /** What runtimes complained of. */
  readonly problems: { problem: string; detail: object }[] = []
  /** Systems that were spawned here, in that order. */
  readonly systems: string[] = []
  /** How often a process has died. */
  crashes = 0
  readonly #options: RehearsalOptions
  readonly #database: Storage
  readonly #quiet: () => Promise<void>
  #life: Promise<Life> = Promise.reject(new Error('not open'))
  #sent = 0
  #reloads = 0

  constructor(options: RehearsalOptions) {
    this.#options = options
    this.script = options.script ?? new Script([])
    const { lost } = this.script.hosted(() => void this.crash().catch(() => {}))
    const { store: given, close } = options.database ?? memoryDatabase()
    const { store, quiet } = trackedStore(given)
    const startActivities: typeof store.startActivities = async (which) => {
      const rows = await store.startActivities(which)
      for (const { systemId, incarnation, lost: attempts } of rows) lost(`${systemId}:${incarnation}`, attempts)
      return rows
    }
    this.#database = { store: { ...store, startActivities }, close }
    this.#quiet = quiet
    this.#life.catch(() => {})
  }

  /** Starts the first runtime. `rehearse` does. */
  async open(): Promise<this> {
    this.#life = this.#born()
    await this.#life.catch(() => this.close())
    return this
  }

  /** By default the id is the machine's name with a number. Rejections as of `Runtime.spawn`. */
  async spawn(machine: string, options: SpawnOptions = {}): Promise<{ id: string }> {
    const id = options.id ?? `${machine}-${this.systems.length + 1}`
    this.systems.push(id)
    return this.#survived((runtime) => runtime.spawn(machine, { ...options, id }))
  }

  /** Waits until the turn is committed, unless `wait` says `accepted`; without a key it is given one. */
  send(id: string, event: EventObject & Record<string, any>, options: SendOptions = {}): Promise<Receipt> {
    const defaults = { idempotencyKey: `sent-${++this.#sent}`, wait: 'processed' as const }
    return this.#survived((runtime) => runtime.send(id, event, { ...defaults, ...options }))
  }

  snapshot = (id: string, address?: string): Promise<ActorView> =>
    this.#survived((runtime) => runtime.snapshot(id, address))
  history = (id: string): Promise<HistoryEntry[]> => this.#survived((runtime) => runtime.history(id))
  /** Events that the system's actors have emitted, in order. */
  emitted = (id: string): Promise<any[]> =>
    this.#survived(async (runtime) => (await runtime.emitted(id)).map(({ event }) => event))
  /** Rejection `wait.timeout` after 10 s of the computer's clock. */
  waitFor = (id: string, condition: Condition): Promise<ActorView> =>
    this.#survived((runtime) => runtime.waitFor(id, condition, { timeout: 10_000 }))
  /** Nothing is due, and no activity is about to begin. Attempts that take their time are not waited for. */
  settled = (): Promise<void> => this.#survived((runtime) => runtime.settled())

  /** Time goes by as it would: from one timer to the next, each turn at its own instant. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await this.settled()
    for (let now = this.clock.now(); now < until; now = this.clock.now()) {
      const { store } = this.#database
      const [[mail], [activity]] = await Promise.all([store.nextDue(now), store.nextActivityAt(now)])
      this.clock.set(Math.min(mail?.due ?? Infinity, activity?.at ?? Infinity, until))
      await this.settled()
    }
  }

  /** The process dies without a word, and another of the same name takes its place. */
  crash = (): Promise<void> => this.#replace({ abandon: true })
  /** The process closes as it should, and another takes its place. */
  restart = (): Promise<void> => this.#replace({ abandon: false })
  /** Every other one is a crash. */
  reload = (): Promise<void> => (++this.#reloads % 2 === 0 ? this.crash() : this.restart())

  /** For `replayTogether`. */
  venue = (): Venue => ({
    send: async (system, address, event: AnyEventObject) => void (await this.send(system, event, { to: address })),
    look: this.snapshot,
  })

  async close(): Promise<void> {
    try {
      const { runtime } = await this.#life
      await runtime.close()
    } finally {
      await this.#database.close()
    }
  }

  async #replace(how: { abandon: boolean }) {
    const before = this.#life
    const next = before.then(async (life) => {
      life.isOver = true
      if (how.abandon) {
        this.crashes++
        life.end.resolve('over')
      }
      await life.runtime.close(how)
      // What a dead process has sent may still be done: after that nothing comes of it any more.
      await this.#quiet()
      life.end.resolve('over')
      return this.#born()
    })
    this.#life = next
    await next
  }

  async #born(): Promise<Life> {
    const { machines, activities, onPoint } = this.#options
    const runtime = await createRuntime({
      ...{ database: this.#database, machines, onPoint, clock: this.clock, name: 'rehearsal', concurrency: 500 },
      activities: { ...this.script.activities, ...activities },
      log: (problem, detail) => void this.problems.push({ problem, detail }),
    })
    await runtime.start()
    // Else attempts that were lost would wait for the first sweep, and nobody would wait for them.
    await this.#database.store.requeueLostActivities(this.clock.now())
    runtime.settled().catch(() => {})
    return { runtime, isOver: false, end: Promise.withResolvers() }
  }

  async #survived<T>(call: (runtime: Runtime) => Promise<T>): Promise<T> {
    for (;;) {
      const life = await this.#life
      const answered = call(life.runtime).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      const answer = await Promise.race([answered, life.end.promise])
      if (answer === 'over') continue
      if ('value' in answer) return answer.value
      // What a dying process said was not heard.
      if (!life.isOver) throw answer.error
    }
  }
}

/**
 * Machines in the durable runtime, on a database in memory and a simulated clock: what they do in production, in
 * milliseconds. Close it at the end. Throws Rejection `machine.not_durable`.
 */
export const rehearse = (options: RehearsalOptions): Promise<Rehearsal> => new Rehearsal(options).open()
