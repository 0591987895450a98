import {
  listParked,
  listProjections,
  loadSystems,
  readEmitted,
  readJournal,
  systemHead,
  type Sql,
} from '../db/index.ts'
import { decode } from './encoding.ts'
import type { Engine } from './engine.ts'
import { Rejection } from './failures.ts'
import { viewOf } from './finish-turn.ts'
import type { Frozen, Stored } from './frozen.ts'
import type { LiveSystem, Surroundings } from './live-system.ts'
import { foldEntry, restoreSystem } from './restore.ts'
import type { Loaded } from './slot.ts'
import { outsideRefs, type actorView, type ActorView } from './view.ts'

export type HistoryEntry = {
  seq: number
  at: Date
  address: string
  event: any
  value: any
  context: any
  status: ActorView['status']
}
export type Emitted = { seq: number; n: number; at: Date; address: string; event: any }
export type Page = { after?: number; limit?: number }
export type ProjectionQuery = { key?: string; systemId?: string; after?: string; limit?: number }

type Options = { sql: Sql; engine: Engine; around: Surroundings; leaseValid(): boolean }

const DEFAULT_LIMIT = 1_000
const FOLD_AT_ONCE = 1_000

/** What callers read: memory where this process owns the system and its lease is valid, else the database. */
export class Reader {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  async snapshot(id: string, address = ''): Promise<ActorView> {
    const { seen } = await this.look(id, (system) => viewAt(system, address))
    return seen
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
    const [head] = await systemHead(this.#options.sql, id)
    if (!head) throw notFound(id)
    return head
  }

  /** Entries after `after`, each with the whole state its actor had then. */
  async history(id: string, { after = 0, limit = DEFAULT_LIMIT }: Page = {}): Promise<HistoryEntry[]> {
    await this.head(id)
    const cursor = this.follow(id)
    const entries: HistoryEntry[] = []
    while (entries.length < limit) {
      const next = await cursor()
      if (!next.length) break
      entries.push(...next.filter(({ seq }) => seq > after))
    }
    return entries.slice(0, limit)
  }

  /** Each call gives the entries since the last one, at most a thousand. States are folded from the first entry on. */
  follow(id: string): () => Promise<HistoryEntry[]> {
    const stored = new Map<string, Stored>()
    let after = 0
    return async () => {
      const rows = await readJournal(this.#options.sql, { id, after, limit: FOLD_AT_ONCE })
      after = rows.at(-1)?.seq ?? after
      return rows.map((row) => {
        foldEntry(stored, row)
        const { frozen, value } = stored.get(row.incarnation) as Stored
        return historyEntry(row, frozen, value)
      })
    }
  }

  async emitted(id: string, { after = 0, limit = DEFAULT_LIMIT }: Page = {}): Promise<Emitted[]> {
    const rows = await readEmitted(this.#options.sql, { id, after, limit })
    if (!rows.length) await this.head(id)
    return rows.map(({ at, event, ...row }) => ({ ...row, at: new Date(at), event: decode(event, outsideRefs) }))
  }

  list(kind: string, query: ProjectionQuery = {}) {
    return listProjections(this.#options.sql, { kind, ...query, limit: query.limit ?? DEFAULT_LIMIT })
  }

  parked = () => listParked(this.#options.sql)

  async #load(id: string): Promise<LiveSystem> {
    const { sql, around } = this.#options
    const [row] = await loadSystems(sql, [id])
    if (!row) throw notFound(id)
    return restoreSystem(row, around, { asItIs: true })
  }
}

/** Throws `actor.not_found`. */
export function viewAt(system: LiveSystem, address: string, look?: typeof actorView): ActorView {
  const hosted = system.at(address)
  const view = hosted && viewOf(system, hosted, look)
  if (!view) throw new Rejection('actor.not_found', `no actor lives at address '${address}' of system ${system.id}`)
  return view
}

const notFound = (id: string) => new Rejection('system.not_found', `no system has the id ${id}`)

function historyEntry(
  row: { seq: number; at: number; address: string; event: any },
  frozen: Frozen,
  value: unknown,
): HistoryEntry {
  const data = frozen.data === undefined ? undefined : (decode(frozen.data, outsideRefs) as { context?: unknown })
  return {
    seq: row.seq,
    at: new Date(row.at),
    address: row.address,
    event: decode(row.event, outsideRefs),
    value: structuredClone(value),
    context: frozen.context ? decode(frozen.context, outsideRefs) : data?.context,
    status: frozen.status as HistoryEntry['status'],
  }
}
