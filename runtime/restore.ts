import type { StoredSystem, StoredTimer } from '../db/index.ts'
import { apply, type Delta } from './delta.ts'
import type { Encoded } from './encoding.ts'
import type { Frozen, Stored } from './frozen.ts'
import { LiveSystem, ROOT_INCARNATION, type Surroundings } from './live-system.ts'
import { misfitsOf } from './fitness.ts'
import { lift } from './migration.ts'
import { definitionOf } from './registry.ts'
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

export type RestoreOptions = {
  /** To be looked at, not to be run on. */
  asItIs?: boolean
  /** Also a version whose definition is kept is lifted to the current one, where rules lead there. */
  insist?: boolean
}

/** Throws a Defect when the machine is missing or the snapshot does not fit it. */
export const restoreSystem = (row: StoredSystem, around: Surroundings, options: RestoreOptions = {}): LiveSystem =>
  restored(row, around, options).system

/** The same, with what a restore by another definition does not notice. */
export function restored(row: StoredSystem, around: Surroundings, { asItIs, insist }: RestoreOptions = {}) {
  const { registry } = around
  const stored = fold(row.actors ?? [], row.entries ?? [])
  const root = stored.get(ROOT_INCARNATION) as Stored
  const given = { version: row.version, entry: registry.entry(row.machine), insist }
  const { version, changed, then } = lift(stored, ROOT_INCARNATION, given)
  const machine = registry.machine(row.machine, version)
  const system = new LiveSystem({ id: row.id, name: row.machine, version, machine, seq: row.seq }, around)
  const placed = (incarnation: string) => ({ incarnation, address: (stored.get(incarnation) as Stored).address })
  const revived = !asItIs && revive(root)
  system.restore(stored, (row.timers ?? []).map(toTimer), ROOT_INCARNATION)
  for (const { incarnation, delta } of row.entries ?? [])
    for (const each of [{ incarnation }, ...(wholeIn(delta) ?? [])]) system.recorder.changed.add(each.incarnation)
  if (version !== row.version) {
    system.recorder.rewritten(changed.map(placed), { type: 'runtime.migrated', from: row.version, to: version })
    system.afterwards = then
  } else if (revived) system.recorder.rewritten([placed(ROOT_INCARNATION)], { type: 'runtime.unparked' })
  const same = row.definition === definitionOf(machine) && version === row.version
  return { system, misfits: same ? [] : misfitsOf(system, stored, new Set(then.length ? [ROOT_INCARNATION] : [])) }
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
