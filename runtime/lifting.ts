import {
  surveyNamed,
  surveyPage,
  type Database,
  type StoredSystem,
  type SurveyedSystem,
  type TurnRows,
} from '../db/index.ts'
import type { Activity } from './activity.ts'
import { databaseClock, wholeClock, type Clock } from './clock.ts'
import { commitBatch } from './commit-batch.ts'
import { Defect } from './failures.ts'
import { unexplained } from './fitness.ts'
import { checkpoint, finishTurn } from './finish-turn.ts'
import { Lease } from './lease.ts'
import type { Surroundings } from './live-system.ts'
import { destination } from './migration.ts'
import { node, pause } from './platform.ts'
import { createRegistry, type Machines, type Registry } from './registry.ts'
import { restored } from './restore.ts'
import { Signals } from './signals.ts'
import { loadedFrom } from './slot.ts'
import { runTurn } from './turn.ts'
import { turnRows } from './turn-rows.ts'
import { Wakeups } from './wakeups.ts'

export type LiftOptions = {
  database: Pick<Database, 'sql' | 'store'>
  machines: Machines
  activities?: Record<string, Activity> | undefined
  /** Only systems of this machine. */
  machine?: string | undefined
  /** Only these systems. */
  ids?: string[] | undefined
  /** Says what would be done, and does nothing. */
  dryRun?: boolean | undefined
  clock?: Clock | undefined
  leaseMs?: number | undefined
  log?(problem: string, detail: object): void
}

/**
 * *lifted*: committed. *liftable*: it would be (dry run). *held*: a running process does not give it up, or moved it on
 * meanwhile. *unfit*: the rules do not lead to a snapshot that fits, so it was left as it is.
 */
export type LiftOutcome = 'lifted' | 'liftable' | 'held' | 'unfit'
export type Lift = {
  id: string
  machine: string
  from: string
  to: string
  outcome: LiftOutcome
  reason?: { code: string; message: string }
}

const PAGE = 1_000
const AT_ONCE = 50
const PATIENCE_MS = 5_000
const ASK_AGAIN_MS = 50

/**
 * Lifts systems to the current versions of their machines as far as rules lead there, also those whose version is kept. Other
 * processes go on meanwhile: one that runs a system is asked to give it up. Killed, it leaves systems whole, on one version or
 * the other; run again, it does the rest.
 */
export async function* liftSystems(options: LiftOptions): AsyncGenerator<Lift[]> {
  const registry = createRegistry(options.machines, options.activities ?? {})
  if (options.dryRun) yield* batches(options, registry, (rows) => tried(options, registry, rows))
  else {
    const lifting = new Lifting(
      options,
      registry,
      wholeClock(options.clock ?? (await databaseClock(options.database.store))),
    )
    await lifting.begin()
    try {
      yield* batches(options, registry, (rows) => lifting.lift(rows))
    } finally {
      await lifting.end()
    }
  }
}

type Wanted = { id: string; machine: string; from: string; to: string }

async function* batches(options: LiftOptions, registry: Registry, use: (rows: Wanted[]) => Promise<Lift[]>) {
  for await (const page of pages(options)) {
    const wanted = page.flatMap(({ id, machine, version: from, status }) => {
      const to = destination(registry.entry(machine), from, true)
      return status === 'active' && to !== from ? [{ id, machine, from, to }] : []
    })
    for (let i = 0; i < wanted.length; i += AT_ONCE) yield await use(wanted.slice(i, i + AT_ONCE))
  }
}

async function* pages({ database, ids, machine }: LiftOptions): AsyncGenerator<SurveyedSystem[]> {
  if (ids) return yield await surveyNamed(database.sql, ids)
  for (let after = ''; ;) {
    const page = await surveyPage(database.sql, { after, machine, limit: PAGE })
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.id
  }
}

const surroundings = (registry: Registry): Surroundings => ({
  registry,
  uuid: () => node.uuid(),
  log() {},
  strayed() {},
})

const unfit = (each: Wanted, error: unknown): Lift => {
  const { code, message } = error instanceof Defect ? error : new Defect('snapshot.unfit', (error as Error).message)
  return { ...each, outcome: 'unfit', reason: { code, message } }
}

/** The system under its new version, with nothing to be said against it. Throws a Defect. */
async function migrated(store: Database['store'], row: StoredSystem, around: Surroundings) {
  const { system, misfits } = restored(row, around, { insist: true })
  const [misfit] = await unexplained(store, row.id, misfits)
  if (misfit) throw new Defect('snapshot.unfit', misfit.message)
  return system
}

async function tried({ database }: LiftOptions, registry: Registry, rows: Wanted[]): Promise<Lift[]> {
  const stored = new Map((await database.store.loadSystems(rows.map(({ id }) => id))).map((row) => [row.id, row]))
  const outcomes = rows.map(async (each): Promise<Lift | undefined> => {
    const row = stored.get(each.id)
    if (!row) return undefined
    const found = await migrated(database.store, row, surroundings(registry)).catch((error: unknown) =>
      unfit(each, error),
    )
    return 'outcome' in found ? found : { ...each, outcome: 'liftable' }
  })
  return (await Promise.all(outcomes)).filter((each) => each !== undefined)
}

type Ready = { each: Wanted; rows: TurnRows }

/** A process without a loop: it owns what it lifts, for as long as that takes. */
class Lifting {
  readonly #options: LiftOptions
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #lease: Lease
  readonly #wakeups: Wakeups

  constructor(options: LiftOptions, registry: Registry, clock: Clock) {
    const { store } = options.database
    this.#options = options
    this.#registry = registry
    this.#clock = clock
    const log = options.log ?? (() => {})
    const { leaseMs = 10_000 } = options
    this.#lease = new Lease({ store, platform: node, name: `migrate-${node.uuid()}`, leaseMs, lost() {}, log })
    this.#wakeups = new Wakeups(store, node, this.#lease.id)
  }

  async begin() {
    await this.#lease.acquire()
    this.#lease.keep()
  }

  async end() {
    await this.#wakeups.close()
    await this.#lease.release().catch(() => {})
  }

  async lift(wanted: Wanted[]): Promise<Lift[]> {
    const { store } = this.#options.database
    const ours = await this.#claim(wanted.map(({ id }) => id))
    const stored = new Map((await store.loadSystems([...ours])).map((row) => [row.id, row]))
    const done: Lift[] = wanted.filter(({ id }) => !ours.has(id)).map((each) => ({ ...each, outcome: 'held' }))
    const ready: Ready[] = []
    for (const each of wanted.filter(({ id }) => stored.has(id))) {
      const row = stored.get(each.id) as StoredSystem
      // Loaded by another process of this code since it was listed.
      if (row.version !== each.from) continue
      const rows = await this.#turn(row).catch((error: unknown) => unfit(each, error))
      if ('outcome' in rows) done.push(rows)
      else ready.push({ each, rows })
    }
    return [...done, ...(await this.#commit(ready))]
  }

  /** Those that nobody runs are ours at once; who runs others is asked for them. */
  async #claim(ids: string[]): Promise<Set<string>> {
    const { store } = this.#options.database
    const until = node.steady() + PATIENCE_MS
    const ours = new Set<string>()
    for (;;) {
      const open = ids.filter((id) => !ours.has(id))
      for (const { id } of await store.claimNamedSystems({ process: this.#lease.id, ids: open })) ours.add(id)
      if (ours.size === ids.length || node.steady() > until) return ours
      for (const id of open) if (!ours.has(id)) this.#wakeups.tell(`g:${id}`)
      await pause(node, ASK_AGAIN_MS)
    }
  }

  async #turn(row: StoredSystem): Promise<TurnRows> {
    const system = await migrated(this.#options.database.store, row, surroundings(this.#registry))
    const loaded = loadedFrom(row, system)
    const { turn } = runTurn(system, [], Math.max(this.#clock.now(), row.time), row.seq)
    if (!turn.defect) finishTurn(loaded, turn, this.#registry.entry(row.machine)?.project)
    if (turn.defect) throw turn.defect
    turn.checkpoint = checkpoint(loaded)
    return turnRows(loaded.identity, turn, this.#registry.activity, this.#lease.id)
  }

  async #commit(ready: Ready[]): Promise<Lift[]> {
    if (!ready.length) return []
    const { store } = this.#options.database
    const commit = {
      store,
      platform: node,
      owner: this.#lease.id,
      signals: new Signals(undefined),
      closed: () => false,
    }
    const fates = await commitBatch(
      commit,
      node.uuid(),
      ready.map(({ rows }) => rows),
    )
    await this.#release(ready.filter((_, i) => fates[i]?.fate === 'committed'))
    return fates.map((fate, i): Lift => {
      const { each } = ready[i] as Ready
      if (fate.fate === 'committed') return { ...each, outcome: 'lifted' }
      return fate.fate === 'poison' ? unfit(each, fate.error) : { ...each, outcome: 'held' }
    })
  }

  // What was not lifted is given up when this process ends: without a checkpoint it cannot be before.
  async #release(lifted: Ready[]) {
    const { store } = this.#options.database
    const releases = lifted.map(({ rows }) => ({
      id: rows.id,
      seq: (rows.base as number) + rows.entries.length,
      rows: [],
      gone: [],
    }))
    if (releases.length) await store.releaseSystems(this.#lease.id, releases)
  }
}
