import type { Fate } from './commit-batch.ts'
import type { EngineOptions, Pending } from './engine.ts'
import { Defect } from './failures.ts'
import { noteCheckpoint } from './finish-turn.ts'
import type { LoadingDock } from './loading.ts'
import type { Slot } from './slot.ts'
import type { Slots } from './slots.ts'
import type { TurnRecord } from './turn-record.ts'

/** What follows from the answer to a commit, for memory and for those who wait. */
export class Aftermath {
  readonly #options: EngineOptions
  readonly #slots: Slots
  readonly #loading: LoadingDock

  constructor(options: EngineOptions, slots: Slots, loading: LoadingDock) {
    this.#options = options
    this.#slots = slots
    this.#loading = loading
  }

  async settle(pending: Pending, fate: Fate) {
    const { slot, loaded, turn, delivered } = pending
    if (fate.fate !== 'committed') this.#dropClaims(slot, turn)
    if (fate.fate !== 'poison') pending.created?.(fate)
    if (fate.fate === 'committed') {
      loaded.system.recorder.end()
      loaded.time = turn.time
      if (turn.checkpoint) noteCheckpoint(loaded, turn.checkpoint)
      slot.single = false
      if (turn.status !== 'active' || !this.#options.takesTurns) this.#slots.evict(slot)
      // One that was evicted while its turn was under way stays so: it may have had another owner since.
      else if (turn.base === null) slot.live = loaded
      if (turn.status === 'parked') await this.#options.store.holdMail([slot.id]).catch(() => {})
      for (const { mail, outcome } of delivered) mail.settle?.(outcome)
      for (const started of turn.started) if (started.claimed) this.#options.claims.begin(loaded.identity, started)
      this.#options.signals.committed(slot.id, turn)
    } else if (fate.fate === 'poison') {
      await this.faulty(pending, new Defect('turn.unstorable', fate.error.message, { cause: fate.error }))
    } else await this.#undone(pending, fate)
  }

  #dropClaims({ id }: Slot, { started }: TurnRecord) {
    for (const { incarnation, claimed } of started) if (claimed) this.#options.claims.drop(id, incarnation)
  }

  // Nothing of the turn was written. Memory may have been changed in place, so it is dropped, never rolled back.
  async #undone({ slot, delivered }: Pending, fate: Fate) {
    this.#slots.evict(slot)
    const own = delivered.map(({ mail }) => mail).filter(({ id }) => id === null)
    if (fate.fate === 'unknown') {
      slot.reload = false
      for (const { settle } of own)
        settle?.({ refused: 'send.unknown', message: 'the database went away before it answered' })
    } else if (fate.fate === 'duplicate') {
      const all = delivered.map(({ mail }) => mail)
      // Unanswered, they are run once more, and refused by the commit once more.
      slot.queue.unshift(...(await this.#loading.dropDuplicates(slot.id, all).catch(() => own)))
      slot.fetch = true
    } else {
      const mail = [...own, ...slot.queue]
      slot.queue = []
      if (mail.length) this.#options.reroute(slot.id, mail)
      slot.fetch = true
    }
  }

  // A turn that cannot be committed: by one mail alone it parks the system; of several, it is not known which is at fault.
  async faulty(pending: Pending, defect: Defect) {
    const { slot, delivered, turn } = pending
    pending.created?.({ fate: 'poison', error: defect })
    const own = delivered.map(({ mail }) => mail).filter(({ id }) => id === null)
    this.#slots.evict(slot)
    if (turn.base === null) return
    if (delivered.length > 1) {
      slot.single = true
      slot.queue.unshift(...own)
      slot.fetch = true
      return
    }
    try {
      await this.park(slot, defect)
    } finally {
      for (const { settle } of own) settle?.({ refused: defect.code, message: defect.message })
    }
  }

  /** Stops a system until a person acts; its mail stays in the mailbox. */
  async park(slot: Slot, { code, message }: { code: string; message: string }) {
    const { store, owner, log, reroute } = this.#options
    log('system.parked', { system: slot.id, code, message })
    this.#slots.evict(slot)
    slot.single = false
    slot.fetch = false
    // Not parked, it is met again by the next poll; others of its batch must not suffer.
    await store
      .parkSystem({ id: slot.id, process: owner, reason: JSON.stringify({ code, message }) })
      .catch((error: unknown) => log('park.failed', { system: slot.id, error }))
    if (slot.queue.length) reroute(slot.id, slot.queue.splice(0))
  }
}
