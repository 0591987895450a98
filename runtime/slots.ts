import type { Store } from '../db/index.ts'
import { LONGEST_TIMEOUT, type Clock } from './clock.ts'
import { checkpoint } from './finish-turn.ts'
import { newSlot, type Slot } from './slot.ts'

type Options = {
  store: Store
  clock: Clock
  owner: string
  cacheSize: number
  /** A turn of the system is about to be taken. */
  isWanted(slot: Slot): boolean
  /** A system left memory whose next timer is due then. */
  sleeps(due: number): void
  log(problem: string, detail: object): void
}

// Evicting one at a time would cost a statement each.
const EVICT_TOGETHER = 200
// To restore a system from as many entries takes no longer than to write a checkpoint of it.
const FEW_ENTRIES = 20
// Each time one more comes, so that those which are busy are passed by and there is never much to do at once.
const LOOKS = 8

/** The systems this process knows, the least recently used of which leave when there are too many. */
export class Slots {
  readonly #slots = new Map<string, Slot>()
  readonly #options: Options
  readonly #wake: (slot: Slot) => void
  #releasing: Promise<unknown> | undefined
  /** Goes on where the last look for systems to forget has ended. */
  #oldest: Iterator<Slot, undefined>

  constructor(options: Options, wake: (slot: Slot) => void) {
    this.#options = options
    this.#wake = wake
    this.#oldest = this.#slots.values()
  }

  get = (id: string): Slot | undefined => this.#slots.get(id)

  ensure(id: string): Slot {
    const known = this.#slots.get(id)
    if (known) return known
    const slot = newSlot(id)
    this.#slots.set(id, slot)
    return slot
  }

  all = (): Slot[] => [...this.#slots.values()]

  /** Shows the live system as it was last committed: now, or when the turn under way has ended. Undefined: it is not in memory. */
  visit<T>(id: string, look: (live: Slot['live']) => T): Promise<T> {
    const slot = this.#slots.get(id)
    return new Promise((resolve, reject) => {
      const visitor = () => {
        try {
          resolve(look(slot?.live))
        } catch (error) {
          reject(error as Error)
        }
      }
      if (slot?.busy) slot.visitors.push(visitor)
      else visitor()
    })
  }

  /** No turn of it is under way any more, for the moment. */
  welcome({ visitors }: Slot) {
    for (const visitor of visitors.splice(0)) visitor()
  }

  /** Drops the live system from memory; what waits for it stays. */
  evict(slot: Slot) {
    slot.live = undefined
    slot.alarm?.cancel()
    slot.alarm = undefined
  }

  /** Evicted with the mailbox unread: it is to be loaded again. */
  wantsReload = (slot: Slot): boolean =>
    slot.fetch && slot.live === undefined && this.#slots.has(slot.id) && slot.reload

  /** Called when a system comes to rest: sets its alarm, or forgets it. */
  settle(slot: Slot) {
    this.welcome(slot)
    const { live } = slot
    const known = this.#slots.get(slot.id)
    // Forgotten meanwhile, and loaded again: there is one live system of an id.
    if (known && known !== slot) return this.evict(slot)
    if (!live) {
      this.#slots.delete(slot.id)
      return
    }
    this.#slots.delete(slot.id)
    this.#slots.set(slot.id, slot)
    this.#setAlarm(slot, live.system.timers.next()?.due)
    if (this.#slots.size > this.#options.cacheSize) this.#dropSome()
    if (this.#slots.size > this.#options.cacheSize) void this.#shrink()
  }

  /** Gives every idle system back, with a checkpoint. */
  async releaseAll() {
    await this.#releasing
    const idle = this.all().filter((slot) => slot.live && !slot.busy)
    for (let i = 0; i < idle.length; i += EVICT_TOGETHER) await this.#release(idle.slice(i, i + EVICT_TOGETHER))
  }

  /** Gives a system back that somebody else asks for: now, or when the turn under way has ended. */
  async giveUp(id: string) {
    await this.visit(id, () => {})
    const slot = this.#slots.get(id)
    if (!slot?.live || slot.busy || slot.queue.length) return
    await this.#release([slot]).catch((error: unknown) => this.#options.log('release.failed', { error }))
  }

  evictAll() {
    for (const slot of this.#slots.values()) {
      this.evict(slot)
      this.welcome(slot)
    }
    // One that is about to be taken stays the only slot of its id: with another beside it both would read the same mail.
    for (const slot of this.all())
      if (!slot.busy && !slot.queue.length && !this.#options.isWanted(slot)) this.#slots.delete(slot.id)
  }

  #setAlarm(slot: Slot, due: number | undefined) {
    if (slot.alarm?.at === due) return
    slot.alarm?.cancel()
    slot.alarm = undefined
    if (due === undefined) return
    const { clock } = this.#options
    const delay = Math.min(due - clock.now(), LONGEST_TIMEOUT)
    // Not by the clock: a simulated one would call back at its next move only.
    if (delay <= 0) return this.#wake(slot)
    const handle = clock.setTimeout(() => {
      slot.alarm = undefined
      this.#wake(slot)
    }, delay)
    slot.alarm = { at: due, cancel: () => clock.clearTimeout(handle) }
  }

  // What has done little since its checkpoint is forgotten without a word: it stays ours, and is loaded when it has mail.
  #dropSome() {
    for (let looks = LOOKS; looks > 0 && this.#slots.size > this.#options.cacheSize; looks--) {
      const next = this.#oldest.next()
      if (next.done) this.#oldest = this.#slots.values()
      else if (this.#isIdle(next.value) && isFresh(next.value)) this.#drop(next.value)
    }
  }

  #drop(slot: Slot) {
    const due = slot.live?.system.timers.next()?.due
    this.evict(slot)
    this.#slots.delete(slot.id)
    if (due !== undefined) this.#options.sleeps(due)
  }

  #isIdle = (slot: Slot): boolean =>
    slot.live !== undefined && !slot.busy && !slot.queue.length && !slot.fetch && !this.#options.isWanted(slot)

  async #shrink() {
    if (this.#releasing) return
    const idle: Slot[] = []
    for (const slot of this.#slots.values()) {
      if (idle.length >= EVICT_TOGETHER) break
      if (this.#isIdle(slot) && !isFresh(slot)) idle.push(slot)
    }
    if (!idle.length) return
    this.#releasing = this.#release(idle)
      .catch((error: unknown) => this.#options.log('release.failed', { error }))
      .finally(() => (this.#releasing = undefined))
  }

  async #release(slots: Slot[]) {
    const releases = slots.map((slot) => {
      const loaded = slot.live as NonNullable<Slot['live']>
      const due = loaded.system.timers.next()?.due
      if (due !== undefined) this.#options.sleeps(due)
      return { id: slot.id, seq: loaded.system.recorder.seq, ...checkpoint(loaded) }
    })
    for (const slot of slots) {
      // Not to be loaded again before it was given up.
      slot.busy = true
      this.evict(slot)
    }
    try {
      await this.#options.store.releaseSystems(this.#options.owner, releases)
    } finally {
      for (const slot of slots) this.#released(slot)
    }
  }

  #released(slot: Slot) {
    slot.busy = false
    this.welcome(slot)
    if (slot.queue.length || slot.fetch) this.#wake(slot)
    else this.#slots.delete(slot.id)
  }
}

const isFresh = ({ live }: Slot): boolean =>
  live !== undefined && live.system.recorder.seq - live.checkpointSeq <= FEW_ENTRIES
