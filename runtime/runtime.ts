import { randomUUID } from 'node:crypto'
import type { EventObject } from 'xstate'
import { openDatabase, unparkSystem, type Database } from '../db/index.ts'
import type { Activity } from './activity.ts'
import { ActivityHost } from './activity-host.ts'
import { databaseClock, type Clock } from './clock.ts'
import { Engine } from './engine.ts'
import { validateEvent } from './event-schemas.ts'
import { Rejection } from './failures.ts'
import { Lease } from './lease.ts'
import type { Surroundings } from './live-system.ts'
import { Mailroom, type SendOptions } from './mailroom.ts'
import { Poller } from './poller.ts'
import { Reader, type HistoryEntry, type Page, type ProjectionQuery } from './reader.ts'
import { createRegistry, type Machines, type Registry } from './registry.ts'
import { Signals, type OnPoint } from './signals.ts'
import { spawnSystem, type SpawnOptions } from './spawn.ts'
import { Wakeups, type Note } from './wakeups.ts'
import { Watch, type Condition } from './watch.ts'

export type Role = 'turns' | 'activities'
export type Log = (problem: string, detail: object) => void

export type RuntimeOptions = {
  /** The URL of a Postgres database, or an open one, which stays open when the runtime closes. */
  database: string | Database
  machines: Machines
  /** By `src`; overrides the logic of that name in `setup`. */
  activities?: Record<string, Activity>
  /** By default the machine's, aligned to the database's. */
  clock?: Clock
  /** A runtime that starts under the name of one that died takes its systems over at once. */
  name?: string
  leaseMs?: number
  roles?: Role[]
  /** Attempts of activities at a time. */
  concurrency?: number
  /** Live systems kept in memory. */
  cacheSize?: number
  onPoint?: OnPoint
  /** Problems that no caller is there to hear of. Standard error by default. */
  log?: Log
}

const DEFAULTS = { leaseMs: 10_000, concurrency: 8, cacheSize: 10_000, roles: ['turns', 'activities'] as Role[] }

/** Hosts XState machines durably on Postgres. Throws Rejection `machine.not_durable`, or DatabaseUnavailable. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const registry = createRegistry(options.machines, options.activities ?? {})
  const own = typeof options.database === 'string'
  const database = own ? await openDatabase(options.database as string) : (options.database as Database)
  const clock = options.clock ?? (await databaseClock(database.sql))
  return new Runtime({ ...DEFAULTS, ...defined(options), clock, database, registry, ownDatabase: own })
}

const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T

type Resolved = Omit<RuntimeOptions, 'database' | 'clock'> &
  typeof DEFAULTS & { database: Database; clock: Clock; registry: Registry; ownDatabase: boolean }

export class Runtime {
  readonly #options: Resolved
  readonly #signals: Signals
  readonly #lease: Lease
  readonly #wakeups: Wakeups
  readonly #engine: Engine
  readonly #mailroom: Mailroom
  readonly #activities: ActivityHost | undefined
  readonly #reader: Reader
  readonly #watch: Watch
  readonly #poller: Poller
  readonly #around: Surroundings
  readonly #takesTurns: boolean
  #state: 'new' | 'running' | 'closed' = 'new'

  constructor(options: Resolved) {
    this.#options = options
    const { database, clock, registry, leaseMs, roles, concurrency, cacheSize } = options
    const { sql } = database
    const say: Log = options.log ?? ((problem, detail) => console.error(problem, detail))
    const log: Log = (problem, detail) => this.#state !== 'closed' && say(problem, detail)
    this.#takesTurns = roles.includes('turns')
    this.#signals = new Signals(options.onPoint)
    const lost = () => this.#engine.slots.evictAll()
    this.#lease = new Lease({ sql, name: options.name ?? `runtime-${randomUUID()}`, leaseMs, lost, log })
    const owner = this.#lease.id
    this.#wakeups = new Wakeups(sql, owner)
    this.#around = { registry, log: console.log, strayed: (system, to, event) => this.#stray(system, to, event) }
    const common = { sql, clock, signals: this.#signals, owner, log }
    const reroute: Mailroom['reroute'] = (system, mail) => this.#mailroom.reroute(system, mail)
    this.#engine = new Engine({ ...common, around: this.#around, cacheSize, reroute })
    const engine = this.#engine
    const leaseValid = () => this.#lease.valid
    const closed = () => this.#state === 'closed'
    const wakeups = this.#wakeups
    this.#mailroom = new Mailroom({ ...common, engine, wakeups, leaseValid, takesTurns: this.#takesTurns, closed })
    if (roles.includes('activities'))
      this.#activities = new ActivityHost({
        ...common,
        registry,
        wakeups,
        concurrency,
        random: Math.random,
        mailed: (system, by) => this.#mailed(system, by),
        strayed: (system, event, systemId) => this.#stray(system, systemId ?? '', event),
      })
    const activities = this.#activities
    this.#reader = new Reader({ sql, engine, around: this.#around, leaseValid })
    this.#poller = new Poller({
      ...common,
      engine: this.#takesTurns ? engine : undefined,
      activities,
      lease: this.#lease,
      leaseMs,
    })
    const poll = () => this.#poller.poll()
    this.#watch = new Watch({
      ...common,
      engine,
      activities,
      mailroom: this.#mailroom,
      reader: this.#reader,
      poll,
      closed,
    })
    this.#signals.onCommitted((system, turn) => this.#committed(system, turn))
  }

  /** Takes part: claims systems and activities, until `close()`. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Rejection('runtime.started', 'a runtime is started once')
    await this.#lease.acquire()
    this.#state = 'running'
    this.#lease.keep()
    await this.#wakeups.listen((notes) => this.#hear(notes))
    this.#poller.start()
  }

  /** Started, and with a valid lease. */
  get ready(): boolean {
    return this.#state === 'running' && this.#lease.valid
  }

  spawn(machineName: string, options: SpawnOptions = {}): Promise<{ id: string }> {
    this.#mustRun()
    const { database, clock } = this.#options
    return spawnSystem({ sql: database.sql, clock, engine: this.#engine, around: this.#around }, machineName, options)
  }

  /**
   * Durable once it returns (`wait: 'accepted'`), or its turn committed (`'processed'`).
   * Rejections: `system.not_found`, `system.final`, `actor.not_found`, `event.too_large`, `event.invalid`, `send.unknown`.
   */
  async send(id: string, event: EventObject & Record<string, any>, options: SendOptions = {}) {
    this.#mustRun()
    await validateEvent(this.#options.registry, id, event, async () => (await this.#reader.head(id)).machine)
    return this.#mailroom.send(id, event, options)
  }

  snapshot = (id: string, address?: string) => this.#reader.snapshot(id, address)
  history = (id: string, page?: Page) => this.#reader.history(id, page)
  emitted = (id: string, page?: Page) => this.#reader.emitted(id, page)
  /** Projection rows of a kind, newest system first; `after` is `<system id>/<address>` of the last row before, or a system id. */
  list = (kind: string, query?: ProjectionQuery) => this.#reader.list(kind, query)
  /** Systems that wait for an operator, with the reason. */
  parked = () => this.#reader.parked()

  /** Rejections: `wait.timeout`, and `system.failed` when it can no longer come. */
  waitFor = (id: string, condition: Condition, options?: { timeout?: number }) =>
    this.#watch.waitFor(id, condition, options)
  subscribe = (id: string, listener: (entry: HistoryEntry) => void) => this.#watch.subscribe(id, listener)
  settled = (id?: string) => this.#watch.settled(id)

  /** Lets a parked system go on, with the mail that was kept for it. Throws `system.not_parked`. */
  async unpark(id: string): Promise<void> {
    const [freed] = await unparkSystem(this.#options.database.sql, id)
    if (!freed) throw new Rejection('system.not_parked', `system ${id} is not parked`)
    this.#mailed(id, null)
  }

  /** Finishes turns under way, hands activities and systems back. `abandon`: stops as a crash would, releasing nothing. */
  async close({ abandon = false }: { abandon?: boolean } = {}): Promise<void> {
    if (this.#state === 'closed') return
    const wasRunning = this.#state === 'running'
    if (abandon) return this.#abandon()
    if (wasRunning) {
      await this.#poller.stop()
      await this.#activities?.close()
      await this.#engine.idle()
    }
    this.#state = 'closed'
    await this.#engine.stop()
    if (wasRunning) {
      await this.#engine.slots.releaseAll()
      await this.#lease.release()
    }
    this.#engine.slots.evictAll()
    await this.#wakeups.close()
    if (this.#options.ownDatabase) await this.#options.database.close()
  }

  async #abandon() {
    this.#state = 'closed'
    this.#poller.abandon()
    this.#lease.stop()
    this.#activities?.abandon()
    this.#engine.abandon()
    await this.#wakeups.close()
    if (this.#options.ownDatabase) await this.#options.database.sql.end({ timeout: 0 })
  }

  #mustRun() {
    if (this.#state !== 'running')
      throw new Rejection(`runtime.${this.#state === 'new' ? 'not_started' : 'closed'}`, 'the runtime is not running')
  }

  #committed(system: string, turn: { started: unknown[]; stopped: string[]; sent: { system: string }[] }) {
    if (turn.started.length) {
      this.#activities?.dispatch()
      if (!this.#activities?.slots) this.#wakeups.tell('a:')
    }
    for (const incarnation of turn.stopped) {
      this.#activities?.cancel(system, incarnation)
      this.#wakeups.tell(`c:${JSON.stringify([system, incarnation])}`)
    }
    for (const sent of turn.sent) this.#mailed(sent.system, null)
  }

  // The owner is asked for when it is not known: whoever hears of it looks.
  #mailed(system: string, owner: string | null) {
    if (this.#takesTurns && (owner === null || owner === this.#lease.id)) this.#engine.poke([system])
    if (owner !== this.#lease.id) this.#wakeups.tell(`m:${system}`)
  }

  #hear(notes: Note[]) {
    if (this.#state !== 'running') return
    for (const note of notes) {
      if (note === 'a:') this.#activities?.dispatch()
      else if (note.startsWith('c:')) this.#activities?.cancel(...(JSON.parse(note.slice(2)) as [string, string]))
      else if (note.startsWith('m:') && this.#takesTurns) this.#engine.poke([note.slice(2)])
    }
  }

  #stray(system: string, to: string, event: EventObject) {
    if (this.#state === 'running') this.#mailroom.send(system, event, { to }).catch(() => {})
  }
}
