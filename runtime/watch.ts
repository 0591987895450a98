import { isTransient, type Store } from '../db/index.ts'
import type { ActivityHost } from './activity-host.ts'
import type { Clock } from './clock.ts'
import type { Engine } from './engine.ts'
import { Rejection } from './failures.ts'
import type { LiveSystem } from './live-system.ts'
import type { Mailroom } from './mailroom.ts'
import { viewAt, type HistoryEntry, type Reader } from './reader.ts'
import { pause, type Platform } from './platform.ts'
import type { Signals } from './signals.ts'
import { glimpse, type ActorView } from './view.ts'

export type Condition = 'done' | { tag: string } | { matches: unknown }

type Options = {
  store: Store
  clock: Clock
  platform: Platform
  engine: Engine
  activities: ActivityHost | undefined
  mailroom: Mailroom
  reader: Reader
  signals: Signals
  /** Looks for due mail and queued activities now. */
  poll(): Promise<void>
  closed(): boolean
  log(problem: string, detail: object): void
}

// Other processes' commits are announced; this is for announcements that were lost.
const POLL_MS = 250

/** Waiting for what committed turns bring about, by whichever process. */
export class Watch {
  readonly #options: Options
  readonly #changed = new Map<string, Set<() => void>>()

  constructor(options: Options) {
    this.#options = options
    options.signals.onCommitted((id) => this.changed(id))
  }

  /** A turn of that system was committed, here or elsewhere. */
  changed(id: string) {
    for (const listener of this.#changed.get(id) ?? []) listener()
  }

  async waitFor(id: string, condition: Condition, { timeout }: { timeout?: number } = {}): Promise<ActorView> {
    const { platform } = this.#options
    const deadline = timeout === undefined ? Infinity : platform.steady() + timeout
    for (;;) {
      const changed = this.#nextChange(id)
      try {
        const { seen, owned } = await this.#read(() =>
          this.#options.reader.look(id, (system) => endOrNothing(system, condition)),
        )
        if (seen && meets(seen, condition)) return seen
        if (seen) throw failed(id, condition, seen)
        if (!owned) await this.#refuseParked(id)
        const left = deadline - platform.steady()
        if (left <= 0) throw new Rejection('wait.timeout', `system ${id} did not get there within ${timeout} ms`)
        if (this.#options.closed()) throw closedMeanwhile()
        await changed.within(Math.min(left, POLL_MS))
      } finally {
        changed.forget()
      }
    }
  }

  async #refuseParked(id: string) {
    const { status, reason } = await this.#read(() => this.#options.reader.head(id))
    if (status === 'parked') throw new Rejection('system.failed', `system ${id} is parked: ${reason?.message ?? ''}`)
  }

  /** Each journal entry from now on, in order, once. A listener that throws is not called again for that entry. */
  subscribe(id: string, listener: (entry: HistoryEntry) => void): () => void {
    let open = true
    const known = this.#options.reader.committedSeq(id)
    const follow = async () => {
      const seq = known ?? (await this.#read(() => this.#options.reader.head(id))).seq
      const cursor = this.#options.reader.follow(id, { after: seq })
      while (open && !this.#options.closed()) {
        const changed = this.#nextChange(id)
        const entries = await this.#read(cursor)
        for (const entry of entries) if (open && entry.seq > seq) this.#tell(listener, entry)
        if (!entries.length) await changed.within(POLL_MS)
        changed.forget()
      }
    }
    follow().catch(() => {})
    return () => {
      open = false
    }
  }

  // A listener that throws hears of the next entry all the same.
  #tell(listener: (entry: HistoryEntry) => void, entry: HistoryEntry) {
    try {
      listener(entry)
    } catch (error) {
      this.#options.log('listener.failed', { error })
    }
  }

  /** No mail due, no turn open, no activity that could start but has not, no result on its way. */
  async settled(id?: string): Promise<void> {
    const { store, clock, platform, poll, closed } = this.#options
    for (let quiet = 0; quiet < 2;) {
      if (closed()) throw closedMeanwhile()
      await this.#localRest(id)
      const [row] = await store.unsettled({ now: clock.now(), id })
      if (row?.mail || row?.activity) {
        quiet = 0
        await poll()
        await pause(platform, 2)
      } else if (this.#localBusy(id)) quiet = 0
      else {
        quiet++
        // An attempt that ends at once is about to say so.
        await pause(platform, 0)
      }
    }
  }

  // A lost connection is no answer: the next one gives it.
  async #read<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read()
      } catch (error) {
        if (this.#options.closed()) throw closedMeanwhile()
        if (!isTransient(error)) throw error
        await pause(this.#options.platform, POLL_MS)
      }
    }
  }

  #localBusy(id?: string): boolean {
    const { engine, activities, mailroom } = this.#options
    return (id === undefined ? engine.busy : engine.isBusy(id)) || mailroom.busy || (activities?.busy ?? false)
  }

  async #localRest(id?: string) {
    while (this.#localBusy(id) && !this.#options.closed()) await pause(this.#options.platform, 1)
  }

  #nextChange(id: string) {
    const listeners = this.#changed.get(id) ?? new Set()
    this.#changed.set(id, listeners)
    let heard = false
    let wake = () => {}
    const listener = () => {
      heard = true
      wake()
    }
    listeners.add(listener)
    return {
      within: (ms: number) =>
        new Promise<void>((resolve) => {
          if (heard) return resolve()
          const { platform } = this.#options
          const timer = platform.setTimeout(resolve, ms)
          wake = () => {
            platform.clearTimeout(timer)
            resolve()
          }
        }),
      forget: () => {
        listeners.delete(listener)
        if (!listeners.size && this.#changed.get(id) === listeners) this.#changed.delete(id)
      },
    }
  }
}

const closedMeanwhile = () => new Rejection('runtime.closed', 'the runtime was closed meanwhile')

/** The whole root once the condition is met, or can be met no more. */
function endOrNothing(system: LiveSystem, condition: Condition): ActorView | undefined {
  const root = viewAt(system, '', glimpse)
  return meets(root, condition) || root.status !== 'active' ? viewAt(system, '') : undefined
}

function meets(snapshot: ActorView, condition: Condition): boolean {
  if (condition === 'done') return snapshot.status === 'done'
  if ('tag' in condition) return snapshot.tags.includes(condition.tag)
  return matches(condition.matches, snapshot.value)
}

/** As XState's matchesState: a string names a state or a path, an object a part of the state value. */
export function matches(wanted: unknown, value: unknown): boolean {
  if (typeof wanted === 'string' && wanted.includes('.')) return matches(nested(wanted.split('.')), value)
  if (typeof wanted === 'string')
    return value === wanted || (typeof value === 'object' && value !== null && wanted in value)
  if (typeof wanted !== 'object' || wanted === null || typeof value !== 'object' || value === null) return false
  return Object.entries(wanted).every(
    ([key, part]) => key in value && matches(part, (value as Record<string, unknown>)[key]),
  )
}

const nested = ([head, ...rest]: string[]): unknown => (rest.length ? { [head as string]: nested(rest) } : head)

function failed(id: string, condition: Condition, { status, error }: ActorView) {
  const wanted = condition === 'done' ? 'done' : JSON.stringify(condition)
  const why = error instanceof Error ? `: ${error.message}` : ''
  return new Rejection('system.failed', `system ${id} is ${status}${why} and will not come to ${wanted}`)
}
