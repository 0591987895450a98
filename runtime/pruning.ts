import type { Store } from '../db/index.ts'
import { apply } from './delta.ts'
import { Rejection } from './failures.ts'
import type { Stored } from './frozen.ts'
import { ROOT_INCARNATION } from './live-system.ts'
import { foldEntry } from './restore.ts'
import { wholeOf } from './whole-entry.ts'

const DAY_MS = 24 * 60 * 60_000
/** Who repeats a send within this time is answered as the first time: its key is kept with its entry. */
const KEYS_KEPT_MS = 7 * DAY_MS
const ENTRIES_AT_ONCE = 500

/** Part of a history was asked for that is kept no more. `first`: the first entry there is. */
export class HistoryPruned extends Rejection {
  readonly first: number
  constructor(id: string, first: number) {
    super('history.pruned', `the history of system ${id} is kept from entry ${first} on`)
    this.first = first
  }
}

export type Pruning = {
  /** Entries that are older go; but none of the last seven days, whose idempotency keys still count. */
  before: Date
}

type Pruner = { store: Store; now: () => number }

/** What `prune` would take away: entries, and roughly their bytes. */
export async function prunable({ store, now }: Pruner, id: string, { before }: Pruning) {
  const [found] = await store.prunableEntries({ id, before: Math.min(before.getTime(), now() - KEYS_KEPT_MS) })
  return found ?? { first: 1, seq: 1, bytes: 0 }
}

/**
 * Takes old entries of a system away, with what they emitted. The last of them stays and becomes a whole one: it holds the
 * state it led to, so every later moment is still exact. What runs is not disturbed; a crash leaves all as it was.
 */
export async function prune(pruner: Pruner, id: string, pruning: Pruning): Promise<{ entries: number }> {
  const { first, seq } = await prunable(pruner, id, pruning)
  if (first >= seq) return { entries: 0 }
  const whole = await wholeAt(pruner.store, id, { first, seq })
  if (!whole) return { entries: 0 }
  const [gone] = await pruner.store.pruneJournal({ id, seq, whole: JSON.stringify(whole) })
  return { entries: gone?.entries ?? 0 }
}

/** undefined: somebody else has pruned meanwhile. */
async function wholeAt(store: Store, id: string, { first, seq }: { first: number; seq: number }) {
  const stored = new Map<string, Stored>()
  for (let next = first; ;) {
    const rows = await store.readJournal({ id, after: next - 1, limit: Math.min(ENTRIES_AT_ONCE, seq - next + 1) })
    for (const row of rows) {
      if (row.seq !== next) return undefined
      foldEntry(stored, row, apply)
      if (next === seq) return wholeOf(stored, row.incarnation, ROOT_INCARNATION)
      next++
    }
    if (!rows.length) return undefined
  }
}
