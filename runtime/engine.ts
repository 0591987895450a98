import type { Store } from '../db/index.ts'
import { Aftermath } from './aftermath.ts'
import { cut } from './batches.ts'
import type { Clock } from './clock.ts'
import { commitBatch, type Fate } from './commit-batch.ts'
import { Defect } from './failures.ts'
import { finishTurn } from './finish-turn.ts'
import type { Surroundings } from './live-system.ts'
import { LoadingDock } from './loading.ts'
import type { Platform } from './platform.ts'
import type { Signals } from './signals.ts'
import type { Loaded, Slot } from './slot.ts'
import { Slots } from './slots.ts'
import { isOver, runTurn, type Delivered, type Mail } from './turn.ts'
import { turnRows, type Identity } from './turn-rows.ts'
import { emptyTurn, type StartedActivity, type TurnRecord } from './turn-record.ts'

/** What the engine is made of; `park` is its own. */
export type EngineOptions = {
  store: Store
  clock: Clock
  platform: Platform
  around: Surroundings
  signals: Signals
  /** This process, as the owner of systems. */
  owner: string
  /** False: it only gives birth to systems, which belong to nobody then. */
  takesTurns: boolean
  /** Live systems kept in memory. */
  cacheSize: number
  /** A system left memory whose next timer is due then. */
  sleeps(due: number): void
  /** Mail from memory whose turn was refused as stale goes to whoever owns the system now. */
  reroute(system: string, mail: Mail[]): void
  park(slot: Slot, reason: { code: string; message: string }): Promise<void>
  /** Slots for activities that begin with the commit of their turn. */
  claims: Claims
  log(problem: string, detail: object): void
}

export type Claims = {
  /** True: the first attempt will be this process's. */
  take(system: string, incarnation: string): boolean
  /** The commit that was to begin it did not happen. */
  drop(system: string, incarnation: string): void
  /** It did. */
  begin(of: Identity, started: StartedActivity): void
}

/** A turn that was run and waits for its commit. */
export type Pending = {
  slot: Slot
  loaded: Loaded
  turn: TurnRecord
  delivered: Delivered[]
  created?: (fate: Fate) => void
}

// Several commits overlap with each other and with running turns; more only queue inside Postgres.
const MAX_COMMITS = 3
const MAX_BATCH = 500

/** Takes ready systems in batches: load, run a turn each, commit all turns in one statement. */
export class Engine {
  readonly slots: Slots
  readonly #options: EngineOptions
  readonly #loading: LoadingDock
  readonly #aftermath: Aftermath
  readonly #ready = new Set<Slot>()
  readonly #births: Pending[] = []
  readonly #idle = new Set<() => void>()
  #commits = 0
  #scheduled = false
  #draining = false
  #closed = false

  constructor(given: Omit<EngineOptions, 'park'>) {
    const options: EngineOptions = { ...given, park: (slot, reason) => this.#aftermath.park(slot, reason) }
    this.#options = options
    const isWanted = (slot: Slot) => this.#ready.has(slot)
    this.slots = new Slots({ ...options, isWanted }, (slot) => this.wake(slot))
    this.#loading = new LoadingDock(options)
    this.#aftermath = new Aftermath(options, this.slots, this.#loading)
  }

  get busy(): boolean {
    return this.#commits > 0 || this.#ready.size > 0 || this.#births.length > 0
  }

  isBusy(id: string): boolean {
    const slot = this.slots.get(id)
    return slot !== undefined && (slot.busy || this.#ready.has(slot) || slot.queue.length > 0)
  }

  /** Something may wait for the system. */
  wake(slot: Slot) {
    if (this.#closed || slot.busy || !this.#options.takesTurns) return
    this.#ready.add(slot)
    this.#schedule()
  }

  /** Mail may have come to the mailboxes of these systems. */
  poke(ids: Iterable<string>) {
    for (const id of ids) {
      const slot = this.slots.ensure(id)
      slot.fetch = true
      this.wake(slot)
    }
  }

  /** The result of an attempt joins the next turn of its system. False: the system is not in memory here. */
  offer(system: string, result: Mail): boolean {
    const slot = this.slots.get(system)
    if (this.#closed || !this.#options.takesTurns || !slot?.live) return false
    slot.queue.push(result)
    this.wake(slot)
    return true
  }

  /** Commits the first turn of a new system with the next batch. */
  beget(birth: Pending) {
    if (this.#closed) return refuseSenders(birth, closed())
    birth.slot.busy = true
    // Nobody can have sent it anything yet; whoever does so from now on says so.
    birth.slot.fetch = false
    this.#births.push(birth)
    this.#schedule()
  }

  /** From now on only what was sent from memory is taken; resolves when that is done and no turn is open. */
  async drain(): Promise<void> {
    this.#draining = true
    for (const slot of this.#ready) if (!slot.queue.length) this.#ready.delete(slot)
    while (this.busy) await new Promise<void>((resolve) => this.#idle.add(resolve))
  }

  /** Lets the turns under way finish and starts no others. */
  async stop() {
    this.#closed = true
    this.#ready.clear()
    while (this.#commits > 0) await new Promise<void>((resolve) => this.#idle.add(resolve))
    for (const birth of this.#births.splice(0)) refuseSenders(birth, closed())
    for (const slot of this.slots.all()) for (const { settle } of slot.queue.splice(0)) settle?.(refusal(closed()))
  }

  /** As a crash would: what is under way is left to itself. */
  abandon() {
    this.#closed = true
    this.#ready.clear()
    this.#births.length = 0
    this.slots.evictAll()
  }

  // On the next round of the event loop, so that all that arrived in this one shares a commit.
  #schedule() {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#options.platform.setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump() {
    while (this.#commits < MAX_COMMITS && (this.#ready.size || this.#births.length)) {
      const births = this.#births.splice(0, MAX_BATCH)
      const slots = this.#take(MAX_BATCH - births.length)
      this.#commits++
      void this.#batch(slots, births).finally(() => {
        this.#commits--
        this.#schedule()
        for (const resolve of this.#idle) resolve()
        this.#idle.clear()
      })
    }
  }

  #take(most: number): Slot[] {
    const slots: Slot[] = []
    for (const slot of this.#ready) {
      if (slots.length >= most) break
      this.#ready.delete(slot)
      // Born, or on its way out of memory, since it was woken: a second turn beside would run on what is not committed.
      // Or forgotten: the system has another slot by now, or its mail is found by the poll.
      if (!slot.busy && this.slots.get(slot.id) === slot) slots.push(Object.assign(slot, { busy: true }))
    }
    return slots
  }

  async #batch(slots: Slot[], births: Pending[]) {
    const pending = [...births]
    try {
      const mail = await this.#loading.prepare(slots)
      const now = this.#options.clock.now()
      for (const slot of slots) pending.push(...this.#runSafely(slot, mail.get(slot.id) ?? [], now))
      await this.#commit(pending)
    } catch (error) {
      this.#options.log('turn.failed', { error })
      for (const slot of slots) this.#giveUp(slot, error)
      for (const each of pending) refuseSenders(each, error)
    }
    for (const slot of [...slots, ...births.map((birth) => birth.slot)]) this.#rest(slot)
  }

  // One poisoned system never fails its batch.
  #runSafely(slot: Slot, mail: Mail[], now: number): Pending[] {
    const { live } = slot
    if (!live) return []
    const queued = [...slot.queue]
    try {
      return this.#run(slot, live, mail, now)
    } catch (error) {
      slot.queue = queued
      const turn = emptyTurn(live.system.recorder.seq, now)
      turn.defect = new Defect('turn.failed', (error as Error).message, { cause: error })
      return [{ slot, loaded: live, turn, delivered: [] }]
    }
  }

  #run(slot: Slot, live: Loaded, mail: Mail[], now: number): Pending[] {
    const time = Math.max(now, live.time)
    if (isOver(live.system)) throw new Error('the root is not active in memory, though the system is')
    // What was queued since the mailbox was read may have come after mail that was not read yet.
    const own = slot.queue.splice(0, slot.fetch ? slot.before : Infinity)
    const waiting = [...mail, ...own]
    const offered = slot.single ? waiting.slice(0, 1) : waiting
    const { turn, delivered, rest } = runTurn(live.system, offered, time, live.system.recorder.seq)
    const left = [...rest, ...waiting.slice(offered.length)]
    slot.queue.unshift(...left.filter(({ id }) => id === null))
    if (left.some(({ id }) => id !== null)) slot.fetch = true
    if (!turn.entries.length && !turn.took.length && !turn.defect) {
      live.system.recorder.end()
      for (const { mail: each, outcome } of delivered) each.settle?.(outcome)
      return []
    }
    return [{ slot, loaded: live, turn, delivered }]
  }

  async #commit(pending: Pending[]) {
    const sound: Pending[] = []
    for (const each of pending) {
      this.#finish(each)
      if (each.turn.defect) await this.#aftermath.faulty(each, each.turn.defect)
      else sound.push(each)
    }
    await Promise.all(cut(sound).map((batch) => this.#commitBatch(batch)))
  }

  #finish({ loaded, turn }: Pending) {
    const { registry } = this.#options.around
    try {
      if (!turn.defect) finishTurn(loaded, turn, registry.entry(loaded.identity.machine)?.project)
    } catch (error) {
      turn.defect = new Defect('projection.failed', (error as Error).message, { cause: error })
    }
  }

  async #commitBatch(batch: Pending[]) {
    if (!batch.length) return
    const { around, signals, store, platform, claims, takesTurns, owner: self } = this.#options
    const owner = takesTurns ? self : null
    const id = platform.uuid()
    for (const { slot, turn } of batch)
      for (const each of turn.started) each.claimed = claims.take(slot.id, each.incarnation)
    const rows = batch.map(({ loaded, turn }) => turnRows(loaded.identity, turn, around.registry.activity, self))
    if (signals.pointed)
      await signals.point('commit.before', { turn: id, systems: rows.map((row) => row.id), turns: batch })
    const fates = await commitBatch({ store, platform, owner, signals, closed: () => this.#closed }, id, rows)
    if (signals.pointed)
      await signals.point('commit.after', { turn: id, systems: rows.map((row) => row.id), turns: batch })
    await Promise.all(batch.map((pending, i) => this.#aftermath.settle(pending, fates[i] as Fate)))
  }

  // The poll comes back to it: at once the same would happen again.
  #giveUp(slot: Slot, error: unknown) {
    this.slots.evict(slot)
    slot.reload = false
    for (const { settle } of slot.queue.splice(0)) settle?.(refusal(error))
  }

  #rest(slot: Slot) {
    slot.busy = false
    this.slots.welcome(slot)
    const waiting = slot.queue.length > 0 || (slot.fetch && slot.live !== undefined) || this.slots.wantsReload(slot)
    if (waiting && this.#options.takesTurns) this.wake(slot)
    else this.slots.settle(slot)
  }
}

const closed = () => new Error('the runtime was closed')
const refusal = (error: unknown) => ({
  refused: 'send.unknown',
  message: `the system could not be run: ${(error as Error).message}`,
})

function refuseSenders({ delivered, created }: Pending, error: unknown) {
  created?.({ fate: 'unknown', error: error as Error })
  for (const { mail } of delivered) mail.settle?.(refusal(error))
}
