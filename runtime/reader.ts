import type { Store, TrailRow } from '../db/index.ts'
import { applied } from './delta.ts'
import { decode } from './encoding.ts'
import type { Engine } from './engine.ts'
import { Rejection } from './failures.ts'
import { viewOf } from './finish-turn.ts'
import type { Frozen, Stored } from './frozen.ts'
import type { LiveSystem, Surroundings } from './live-system.ts'
import { patiently } from './patience.ts'
import type { Platform } from './platform.ts'
import { HistoryPruned } from './pruning.ts'
import { fold, foldEntry, restoreSystem } from './restore.ts'
import type { Loaded } from './slot.ts'
import { actorView, outsideRefs, type ActorView } from './view.ts'

export type HistoryEntry = {
  seq: number
  at: Date
  address: string
  event: any
  value: any
  context: any
  status: ActorView['status']
}
/** `taken`: the transitions of all microsteps in order, each from a state node by an event type to state nodes. */
export type TrailEntry = {
  seq: number
  at: Date
  address: string
  event: any
  value: any
  taken: { source: string; event: string; targets: string[] }[]
}
export type Emitted = { seq: number; n: number; at: Date; address: string; event: any }
export type Page = { after?: number; limit?: number }
export type ProjectionQuery = { key?: string; systemId?: string; after?: string; limit?: number }

type Options = { store: Store; platform: Platform; engine: Engine; around: Surroundings; leaseValid(): boolean }

const DEFAULT_LIMIT = 1_000
const FOLD_AT_ONCE = 1_000

/** What callers read: memory where this process owns the system and its lease is valid, else the database. */
export class Reader {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  #patiently = <T>(read: () => PromiseLike<T>) => patiently(this.#options.platform, read)

  async snapshot(id: string, address = ''): Promise<ActorView> {
    const { seen } = await this.look(id, (system) => present(system, address))
    const view = seen ?? (await this.#dropped(id, address))
    if (!view) throw noActor(id, address)
    return view
  }

  /** The last state of an actor that XState dropped when the root of its system ended. */
  async #dropped(id: string, address: string): Promise<ActorView | undefined> {
    const [row] = await this.#patiently(() => this.#options.store.loadSystems([id]))
    if (row?.status !== 'done') return undefined
    const last = [...fold(row.actors ?? [], row.entries ?? []).values()].findLast((each) => each.address === address)
    return last && actorView({ ...last, snapshot: {} as never, children: () => ({}), seq: row.seq })
  }

  /** What `use` makes of the system, which it must not keep. `owned`: it is this process that runs it. */
  async look<T>(id: string, use: (system: LiveSystem) => T): Promise<{ seen: T; owned: boolean }> {
    const { engine, leaseValid } = this.#options
    const visit = (live: Loaded | undefined) =>
      live && leaseValid() ? { seen: use(live.system), owned: true } : undefined
    const owned = leaseValid() ? await engine.slots.visit(id, visit) : undefined
    return owned ?? { seen: use(await this.#load(id)), owned: false }
  }

  /** The last committed entry as far as this process knows it without asking: that of a system it owns. */
  committedSeq(id: string): number | undefined {
    const { engine, leaseValid } = this.#options
    const recorder = leaseValid() ? engine.slots.get(id)?.live?.system.recorder : undefined
    return recorder && (recorder.turn?.base ?? recorder.seq)
  }

  /** The status of the system itself. Throws `system.not_found`. */
  async head(id: string) {
    const [head] = await this.#patiently(() => this.#options.store.systemHead(id))
    if (!head) throw notFound(id)
    return head
  }

  /** Entries after `after`, each with the whole state its actor had then. Throws HistoryPruned. */
  async history(id: string, { after = 0, limit = DEFAULT_LIMIT }: Page = {}): Promise<HistoryEntry[]> {
    await this.head(id)
    const cursor = this.follow(id, { after, atOnce: limit })
    const entries: HistoryEntry[] = []
    while (entries.length < limit) {
      const next = await cursor()
      if (!next.length) break
      entries.push(...next.filter(({ seq }) => seq > after))
    }
    return entries.slice(0, limit)
  }

  /**
   * Each call gives the entries since the last one, in portions; they may begin before `after`. States are folded from the
   * last checkpoint if it is not later than `after`, else from the first entry on.
   */
  follow(id: string, { after = 0, atOnce = FOLD_AT_ONCE } = {}): () => Promise<HistoryEntry[]> {
    const { store } = this.#options
    let stored: Map<string, Stored> | undefined
    let seen = 0
    return async () => {
      if (!stored) {
        const [from] = after > 0 ? await this.#patiently(() => store.readCheckpoint(id)) : []
        const usable = from && from.seq <= after
        stored = fold((usable && from.actors) || [], [])
        seen = usable ? from.seq : 0
      }
      const states = stored
      const limit = Math.min(FOLD_AT_ONCE, Math.max(0, after - seen) + atOnce)
      const rows = await this.#patiently(() => store.readJournal({ id, after: seen, limit }))
      const first = rows[0]?.seq ?? 0
      if (first > seen + 1 && first > after + 1) throw new HistoryPruned(id, first)
      seen = rows.at(-1)?.seq ?? seen
      return rows.map((row) => historyEntry(row, foldEntry(states, row, applied)))
    }
  }

  /** The way that actors took, without their contexts, as far as it is kept: of whoever lived at `address`, or of all. */
  async trail(id: string, { address, after = 0, limit = DEFAULT_LIMIT }: Page & { address?: string } = {}) {
    const which = { id, address: address ?? null, after, limit }
    const rows = await this.#patiently(() => this.#options.store.readTrail(which))
    if (!rows.length) await this.head(id)
    return rows.map(trailEntry)
  }

  async emitted(id: string, { after = 0, limit = DEFAULT_LIMIT }: Page = {}): Promise<Emitted[]> {
    const rows = await this.#patiently(() => this.#options.store.readEmitted({ id, after, limit }))
    if ((rows[0]?.seq ?? Infinity) > after + 1) await this.#requireKept(id, after)
    return rows.map(({ at, event, ...row }) => ({ ...row, at: new Date(at), event: decode(event, outsideRefs) }))
  }

  async #requireKept(id: string, after: number) {
    const [first] = await this.#patiently(() => this.#options.store.firstEntry(id))
    if (!first) throw notFound(id)
    if (first.seq > after + 1) throw new HistoryPruned(id, first.seq)
  }

  list(kind: string, query: ProjectionQuery = {}) {
    const asked = { kind, ...query, limit: query.limit ?? DEFAULT_LIMIT }
    return this.#patiently(() => this.#options.store.listProjections(asked))
  }

  parked = () => this.#patiently(() => this.#options.store.listParked())

  async #load(id: string): Promise<LiveSystem> {
    const { store, around } = this.#options
    const [row] = await this.#patiently(() => store.loadSystems([id]))
    if (!row) throw notFound(id)
    return restoreSystem(row, around, { asItIs: true })
  }
}

function present(system: LiveSystem, address: string, look?: typeof actorView): ActorView | undefined {
  const hosted = system.at(address)
  return hosted && viewOf(system, hosted, look)
}

/** Throws `actor.not_found`. */
export function viewAt(system: LiveSystem, address: string, look?: typeof actorView): ActorView {
  const view = present(system, address, look)
  if (!view) throw noActor(system.id, address)
  return view
}

const noActor = (id: string, address: string) =>
  new Rejection('actor.not_found', `no actor lives at address '${address}' of system ${id}`)

const notFound = (id: string) => new Rejection('system.not_found', `no system has the id ${id}`)

// The context is decoded when it is read: who follows a large system often looks at the events only.
function historyEntry(row: { seq: number; at: number; address: string; event: any }, state: Stored): HistoryEntry {
  const { frozen, value } = state
  let context: { is: unknown } | undefined
  return {
    seq: row.seq,
    at: new Date(row.at),
    address: row.address,
    event: decode(row.event, outsideRefs),
    value: structuredClone(value),
    get context() {
      context ??= { is: contextOf(frozen) }
      return context.is
    },
    status: frozen.status as HistoryEntry['status'],
  }
}

const trailEntry = ({ at, event, microsteps, ...row }: TrailRow): TrailEntry => ({
  ...row,
  at: new Date(at),
  event: decode(event, outsideRefs),
  taken: ((microsteps ?? []) as { taken: [string, string, ...string[]][] }[]).flatMap(({ taken }) =>
    taken.map(([source, type, ...targets]) => ({ source, event: type, targets })),
  ),
})

function contextOf({ context, data }: Frozen): unknown {
  if (context) return decode(context, outsideRefs)
  return data === undefined ? undefined : (decode(data, outsideRefs) as { context?: unknown }).context
}
