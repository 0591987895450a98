import type { StoredProjection, StoredSystem } from '../db/index.ts'
import type { LiveSystem } from './live-system.ts'
import { definitionOf } from './registry.ts'
import type { Mail } from './turn.ts'
import type { Identity } from './turn-rows.ts'

/** A system as this process knows it: what waits for it, and the live system once it is loaded. */
export type Slot = {
  readonly id: string
  live: Loaded | undefined
  /** Sends from memory, in order; not durable until the turn that takes them commits. */
  queue: Mail[]
  /** The mailbox may hold mail that was not read yet. */
  fetch: boolean
  /** How many sends were queued before the mailbox was read; these came before all mail that was not read. */
  before: number
  /** A turn is under way, or the system is being loaded. */
  busy: boolean
  /** Take one mail a turn: the last turn failed, and it is not known by which. */
  single: boolean
  /** It was ours when it was last loaded. */
  reload: boolean
  alarm: { at: number; cancel(): void } | undefined
  /** Those who want to see it between two turns. */
  visitors: (() => void)[]
}

export type Loaded = {
  system: LiveSystem
  identity: Identity
  time: number
  checkpointSeq: number
  /** Incarnations that have a row of their own in the database. */
  persisted: Set<string>
  /** Projection rows as they are in the database, by address. */
  projected: Map<string, Map<string, string>>
}

export const newSlot = (id: string): Slot => ({
  id,
  live: undefined,
  queue: [],
  fetch: true,
  before: 0,
  busy: false,
  single: false,
  reload: true,
  alarm: undefined,
  visitors: [],
})

export function loadedFrom(row: StoredSystem, system: LiveSystem): Loaded {
  const { id, machine, tenant, inputHash } = row
  const { version } = system
  const definition = definitionOf(system.machine)
  return {
    system,
    identity: { id, machine, version, definition, tenant, inputHash },
    time: row.time,
    checkpointSeq: row.checkpointSeq,
    persisted: new Set((row.actors ?? []).map(({ incarnation }) => incarnation)),
    projected: projectedFrom(row.projections ?? []),
  }
}

/** One string for kind and key, neither of which may hold the separator. */
export const rowName = (kind: string, key: string): string => `${kind}\u0001${key}`

function projectedFrom(rows: StoredProjection[]): Map<string, Map<string, string>> {
  const projected = new Map<string, Map<string, string>>()
  for (const { address, kind, key, data } of rows) {
    const at = projected.get(address) ?? new Map<string, string>()
    projected.set(address, at.set(rowName(kind, key), JSON.stringify(data)))
  }
  return projected
}
