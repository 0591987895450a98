import type { EventObject } from 'xstate'
import { openDatabase } from '../db/index.ts'
import { databaseClock, wholeClock } from './clock.ts'
import { validateEvent } from './event-schemas.ts'
import { Rejection } from './failures.ts'
import type { SendOptions } from './mailroom.ts'
import { DEFAULTS, type Resolved, type RuntimeOptions, type Storage } from './options.ts'
import { assemble, type Parts } from './parts.ts'
import { prunable, prune, type Pruning } from './pruning.ts'
import type { HistoryEntry, Page, ProjectionQuery } from './reader.ts'
import { createRegistry } from './registry.ts'
import { spawnSystem, type SpawnOptions } from './spawn.ts'
import type { TurnRecord } from './turn-record.ts'
import type { Note } from './wakeups.ts'
import type { Condition } from './watch.ts'

/** Hosts XState machines durably on Postgres. Throws Rejection `machine.not_durable`, or DatabaseUnavailable. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const registry = createRegistry(options.machines, options.activities ?? {})
  const own = typeof options.database === 'string'
  const database = own ? await openDatabase(options.database as string) : (options.database as Storage)
  const clock = wholeClock(options.clock ?? (await databaseClock(database.store)))
  return new Runtime({ ...DEFAULTS, ...defined(options), clock, database, registry, ownDatabase: own })
}

const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T

// What a small live system takes.
const SPAWN_BYTES = 8_000

export class Runtime {
  readonly #options: Resolved
  readonly #parts: Parts
  #state: 'new' | 'running' | 'closing' | 'closed' = 'new'
  #closing: Promise<void> | undefined

  constructor(options: Resolved) {
    this.#options = options
    this.#parts = assemble(options, {
      closed: () => this.#state === 'closed',
      mailed: (system, owner) => this.#mailed(system, owner),
      strayed: (system, to, event) => this.#stray(system, to, event),
    })
    this.#parts.signals.onCommitted((system, turn) => this.#committed(system, turn))
  }

  /** Takes part: claims systems and activities, until `close()`. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Rejection('runtime.started', 'a runtime is started once')
    await this.#parts.lease.acquire()
    this.#state = 'running'
    this.#parts.lease.keep()
    await this.#parts.wakeups.listen((notes) => this.#hear(notes))
    this.#parts.poller.start()
  }

  /** Started, and with a valid lease. */
  get ready(): boolean {
    return this.#state === 'running' && this.#parts.lease.valid
  }

  /** What the clock that timers follow says: epoch milliseconds by default. */
  get now(): number {
    return this.#options.clock.now()
  }

  spawn(machineName: string, options: SpawnOptions = {}): Promise<{ id: string }> {
    this.#mustRun()
    const { database, clock, platform } = this.#options
    const { engine, around, admission } = this.#parts
    const parts = { store: database.store, clock, platform, engine, around }
    return admission.admit(SPAWN_BYTES, () => spawnSystem(parts, machineName, options))
  }

  /**
   * Durable once it returns (`wait: 'accepted'`), or its turn committed (`'processed'`).
   * Rejections: `system.not_found`, `system.final`, `system.changed`, `actor.not_found`, `event.too_large`, `event.invalid`,
   * `send.unknown`, `runtime.overloaded` (nothing has happened; `retryAfterMs` says when to come again), and `system.parked`
   * where processing was waited for: the event is kept.
   */
  async send(id: string, event: EventObject & Record<string, any>, options: SendOptions = {}) {
    this.#mustRun()
    await validateEvent(this.#options.registry, id, event, async () => (await this.#parts.reader.head(id)).machine)
    return this.#parts.mailroom.send(id, event, options)
  }

  snapshot = (id: string, address?: string) => this.#parts.reader.snapshot(id, address)
  history = (id: string, page?: Page) => this.#parts.reader.history(id, page)
  trail = (id: string, page?: Page & { address?: string }) => this.#parts.reader.trail(id, page)
  emitted = (id: string, page?: Page) => this.#parts.reader.emitted(id, page)
  /** Projection rows of a kind, newest system first; `after` is `<system id>/<address>` of the last row before, or a system id. */
  list = (kind: string, query?: ProjectionQuery) => this.#parts.reader.list(kind, query)
  /** Names of the other runtimes that live on this database. */
  peers = async () => (await this.#options.database.store.findPeers(this.#parts.lease.id)).map(({ name }) => name)
  /** Takes old entries of a system's history away; `prunable` says what would go. */
  prune = (id: string, pruning: Pruning) => prune(this.#pruner, id, pruning)
  prunable = (id: string, pruning: Pruning) => prunable(this.#pruner, id, pruning)
  /** Systems that wait for an operator, with the reason. */
  parked = () => this.#parts.reader.parked()

  /** Rejections: `wait.timeout`, and `system.failed` when it can no longer come. */
  waitFor = (id: string, condition: Condition, options?: { timeout?: number }) =>
    this.#parts.watch.waitFor(id, condition, options)
  subscribe = (id: string, listener: (entry: HistoryEntry) => void) => this.#parts.watch.subscribe(id, listener)
  settled = (id?: string) => this.#parts.watch.settled(id)

  /** Lets a parked system go on, with the mail that was kept for it. Throws `system.not_parked`. */
  async unpark(id: string): Promise<void> {
    const [freed] = await this.#options.database.store.unparkSystem(id)
    if (!freed) throw new Rejection('system.not_parked', `system ${id} is not parked`)
    this.#mailed(id, null)
  }

  /**
   * Takes no more, finishes turns under way, hands activities and systems back. A database that stays away ends that with
   * the lease: others continue then. `abandon`: stops as a crash would, releasing nothing.
   */
  async close({ abandon = false }: { abandon?: boolean } = {}): Promise<void> {
    if (this.#state === 'closed') return
    if (abandon) return this.#abandon()
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close() {
    const { lease, engine, wakeups } = this.#parts
    if (this.#state === 'running') {
      this.#state = 'closing'
      if (!(await lease.outlasts(this.#handOver()))) return this.#abandon()
      await lease.release().catch(() => {})
    }
    if (this.#state === 'closed') return
    this.#state = 'closed'
    engine.slots.evictAll()
    await wakeups.close()
    if (this.#options.ownDatabase) await this.#options.database.close()
  }

  async #handOver() {
    const { poller, activities, engine } = this.#parts
    await poller.stop()
    await activities?.close()
    await engine.drain()
    await engine.stop()
    await activities?.returned()
    await engine.slots.releaseAll()
  }

  async #abandon() {
    this.#state = 'closed'
    this.#parts.poller.abandon()
    this.#parts.lease.stop()
    this.#parts.activities?.abandon()
    this.#parts.engine.abandon()
    await this.#parts.wakeups.close()
    if (this.#options.ownDatabase) await this.#options.database.close({ abandon: true })
  }

  get #pruner() {
    const { database, clock } = this.#options
    return { store: database.store, now: () => clock.now() }
  }

  #mustRun() {
    if (this.#state !== 'running')
      throw new Rejection(`runtime.${this.#state === 'new' ? 'not_started' : 'closed'}`, 'the runtime is not running')
  }

  #committed(system: string, turn: TurnRecord) {
    if (turn.started.some(({ claimed }) => !claimed)) {
      this.#parts.activities?.dispatch()
      if (!this.#parts.activities?.slots) this.#parts.wakeups.tell('a:')
    }
    for (const incarnation of turn.stopped) {
      this.#parts.activities?.cancel(system, incarnation)
      this.#parts.wakeups.tell(`c:${JSON.stringify([system, incarnation])}`)
    }
    for (const sent of turn.sent) this.#mailed(sent.system, null)
  }

  // The owner is asked for when it is not known: whoever hears of it looks.
  #mailed(system: string, owner: string | null) {
    if (this.#parts.takesTurns && (owner === null || owner === this.#parts.lease.id)) this.#parts.engine.poke([system])
    if (owner !== this.#parts.lease.id) this.#parts.wakeups.tell(`m:${system}`)
  }

  #hear(notes: Note[]) {
    if (this.#state !== 'running') return
    for (const note of notes) {
      if (note === 'a:') this.#parts.activities?.dispatch()
      else if (note.startsWith('c:')) this.#parts.activities?.cancel(...(JSON.parse(note.slice(2)) as [string, string]))
      else if (note.startsWith('m:') && this.#parts.takesTurns) this.#parts.engine.poke([note.slice(2)])
      else if (note.startsWith('g:')) void this.#parts.engine.slots.giveUp(note.slice(2))
    }
  }

  #stray(system: string, to: string, event: EventObject) {
    if (this.#state === 'running') this.#parts.mailroom.send(system, event, { to }).catch(() => {})
  }
}
