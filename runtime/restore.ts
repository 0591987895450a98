import type { StoredSystem, StoredTimer } from '../db/index.ts'
import { apply, type Delta } from './delta.ts'
import type { Encoded } from './encoding.ts'
import type { Frozen, Stored } from './frozen.ts'
import { LiveSystem, ROOT_INCARNATION, type Surroundings } from './live-system.ts'
import { migrateRoot } from './migration.ts'
import type { Timer } from './turn-record.ts'
import { unfold, wholeIn } from './whole-entry.ts'

export type CheckpointState = { value: Encoded | null; frozen: Frozen }
type DeltaEntry = { incarnation: string; address: string; value: Encoded | null; delta: Delta }

/** Folds checkpoints and the deltas after them, as data; the state value has a column of its own. */
export function fold(
  checkpoints: { incarnation: string; address: string; checkpoint: CheckpointState }[],
  entries: DeltaEntry[],
): Map<string, Stored> {
  const stored = new Map<string, Stored>()
  for (const { incarnation, address, checkpoint } of checkpoints)
    stored.set(incarnation, { address, value: checkpoint.value ?? undefined, frozen: checkpoint.frozen })
  for (const entry of entries) foldEntry(stored, entry, apply)
  return stored
}

export function foldEntry(stored: Map<string, Stored>, entry: DeltaEntry, by: typeof apply): Stored {
  const { incarnation, address, value, delta } = entry
  const whole = wholeIn(delta)
  if (whole) {
    unfold(stored, whole)
    return stored.get(incarnation) as Stored
  }
  const before = stored.get(incarnation)?.frozen as Encoded | undefined
  const after = { address, value: value ?? undefined, frozen: by(before, delta) as unknown as Frozen }
  stored.set(incarnation, after)
  return after
}

/**
 * Throws a Defect when the machine is missing or the snapshot does not fit it.
 * `asItIs`: to be looked at, not to be run on.
 */
export function restoreSystem(row: StoredSystem, around: Surroundings, options: { asItIs?: boolean } = {}): LiveSystem {
  const { registry } = around
  const stored = fold(row.actors ?? [], row.entries ?? [])
  const root = stored.get(ROOT_INCARNATION) as Stored
  const version = migrateRoot(root, row.version, registry.entry(row.machine))
  const machine = registry.machine(row.machine, version)
  const system = new LiveSystem({ id: row.id, name: row.machine, version, machine, seq: row.seq }, around)
  const revived = !options.asItIs && revive(root)
  system.restore(stored, (row.timers ?? []).map(toTimer), ROOT_INCARNATION)
  for (const { incarnation, delta } of row.entries ?? [])
    for (const each of [{ incarnation }, ...(wholeIn(delta) ?? [])]) system.recorder.changed.add(each.incarnation)
  if (version !== row.version)
    system.recorder.rewritten(ROOT_INCARNATION, { type: 'runtime.migrated', from: row.version, to: version })
  else if (revived) system.recorder.rewritten(ROOT_INCARNATION, { type: 'runtime.unparked' })
  return system
}

// A root that threw was parked; once a person has let it go on, it goes on from the state before.
function revive(root: Stored): boolean {
  if (root.frozen.status !== 'error') return false
  const { error: _, ...frozen } = root.frozen
  root.frozen = { ...frozen, status: 'active' }
  return true
}

const toTimer = ({ id, n, due, source, incarnation, send_id, event }: StoredTimer): Timer => ({
  id,
  source,
  target: incarnation,
  sendId: send_id,
  due,
  event,
  order: n,
})
