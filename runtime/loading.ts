import type { StoredSystem, WaitingMail } from '../db/index.ts'
import type { EngineOptions } from './engine.ts'
import { Defect } from './failures.ts'
import { type Misfit, unexplained } from './fitness.ts'
import { definitionOf } from './registry.ts'
import { restored } from './restore.ts'
import { loadedFrom, type Slot } from './slot.ts'
import type { Mail } from './turn.ts'

// A turn takes at most a hundred; what is left is read again.
const MAIL_PER_SYSTEM = 100

/** Brings systems into memory, and their mail to them. */
export class LoadingDock {
  readonly #options: EngineOptions

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** Loads what is not in memory and reads the mail of those that may have some. */
  async prepare(slots: Slot[]): Promise<Map<string, Mail[]>> {
    for (const slot of slots) slot.before = slot.queue.length
    const absent = slots.filter((slot) => !slot.live)
    if (absent.length) await this.#load(absent)
    const asking = slots.filter((slot) => slot.live && slot.fetch)
    return asking.length ? this.#fetch(asking) : new Map()
  }

  /** Settles sends whose key was processed before, removes such mail, and returns the sends that are left. */
  async dropDuplicates(system: string, mail: Mail[]): Promise<Mail[]> {
    const { store } = this.#options
    const keys = mail.flatMap(({ key }) => key ?? [])
    const entries = new Map((await store.entriesOfKeys({ system, keys })).map(({ key, seq }) => [key, seq]))
    const duplicates = mail.filter(({ key }) => key !== null && entries.has(key))
    const rows = duplicates.flatMap(({ id }) => id ?? [])
    if (rows.length) await store.discardMail({ system, ids: rows })
    const late = await this.#lateResults(system, mail)
    for (const { key, settle } of duplicates) settle?.({ seq: entries.get(key as string) as number, duplicate: true })
    for (const { settle } of late)
      settle?.({ refused: 'activity.superseded', message: 'another attempt took its place' })
    return mail.filter((each) => each.id === null && !duplicates.includes(each) && !late.includes(each))
  }

  /** Results from memory of attempts that are not the current ones any more. */
  async #lateResults(system: string, mail: Mail[]): Promise<Mail[]> {
    const { store, owner } = this.#options
    const results = mail.filter(({ ended }) => ended)
    if (!results.length) return []
    const keys = results.map(({ incarnation, ended }) => ({
      systemId: system,
      incarnation: incarnation as string,
      attempt: ended?.attempt as number,
    }))
    const current = await store.confirmAttempts(owner, keys)
    return results.filter(({ incarnation }) => !current.some((key) => key.incarnation === incarnation))
  }

  async #load(slots: Slot[]) {
    const { store, owner, reroute } = this.#options
    const ids = slots.map(({ id }) => id)
    const ours = new Set((await store.claimNamedSystems({ process: owner, ids })).map(({ id }) => id))
    const loaded = await store.loadSystems([...ours])
    // Since it was claimed it may have been taken over, and ended, where this process was held up for longer than its lease.
    const isOurs = (row: StoredSystem) => row.status === 'active' && row.owner === owner
    const rows = new Map(loaded.filter(isOurs).map((row) => [row.id, row]))
    for (const slot of slots) {
      const row = rows.get(slot.id)
      slot.reload = row !== undefined
      if (row) await this.#restore(slot, row)
      // Not ours to run: gone, final, parked, or in the hands of another process.
      else if (slot.queue.length) reroute(slot.id, slot.queue.splice(0))
    }
  }

  async #restore(slot: Slot, row: StoredSystem) {
    const { around, park } = this.#options
    try {
      const { system, misfits } = restored(row, around)
      await this.#mustFit(row, misfits)
      slot.live = loadedFrom(row, system)
      slot.fetch = true
    } catch (error) {
      const { code, message } = error instanceof Defect ? error : new Defect('snapshot.unfit', (error as Error).message)
      const made = row.definition !== definitionNow(this.#options, row) ? '; the machine was changed since' : ''
      await park(slot, { code, message: message + made })
    }
  }

  async #mustFit({ id }: StoredSystem, misfits: Misfit[]) {
    if (!misfits.length) return
    const [misfit] = await unexplained(this.#options.store, id, misfits)
    if (misfit) throw new Defect('snapshot.unfit', `the snapshot does not fit the machine: ${misfit.message}`)
  }

  async #fetch(slots: Slot[]): Promise<Map<string, Mail[]>> {
    const { store, clock } = this.#options
    const byId = new Map(slots.map((slot) => [slot.id, slot]))
    for (const slot of slots) slot.fetch = false
    const rows = await store.fetchMail({ ids: slots.map(({ id }) => id), now: clock.now(), limit: MAIL_PER_SYSTEM })
    const mail = new Map<string, Mail[]>()
    for (const row of rows) {
      const list = mail.get(row.systemId) ?? []
      mail.set(row.systemId, list)
      list.push(toMail(row))
      if (list.length >= MAIL_PER_SYSTEM) Object.assign(byId.get(row.systemId) as Slot, { fetch: true, before: 0 })
    }
    return mail
  }
}

function definitionNow({ around }: EngineOptions, row: StoredSystem): string | undefined {
  const entry = around.registry.entry(row.machine)
  return entry && definitionOf(entry.machine)
}

const toMail = ({ id, kind, due, address, incarnation, sendId, event, key }: WaitingMail): Mail => ({
  id,
  kind,
  at: due,
  address,
  incarnation,
  systemId: sendId,
  event: JSON.parse(event),
  text: event,
  key,
})
