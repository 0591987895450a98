import type { Store, StoredSystem } from '../db/index.ts'
import { Defect } from './failures.ts'
import { type Misfit, unexplained } from './fitness.ts'
import type { Surroundings } from './live-system.ts'
import { definitionOf, type Registry } from './registry.ts'
import { restored } from './restore.ts'

/**
 * What becomes of a live system under other code. *compatible*: it goes on as it is. *migrates*: rules lift it when it is
 * loaded. *needs_rule*: it would be parked, until there is a rule or its version is kept. *stuck*: it would be parked, and a
 * rule cannot help, or the one there is does not.
 */
export type Verdict = 'compatible' | 'migrates' | 'needs_rule' | 'stuck'

export type Classification = {
  id: string
  machine: string
  verdict: Verdict
  /** Versions; equal unless it migrates. */
  from: string
  to: string
  /** Why it would be parked. */
  reason?: { code: string; message: string }
  /** Why it is parked now. One that would not be any more goes on by itself. */
  parked?: { code: string; message: string }
}

type Place = Pick<StoredSystem, 'id' | 'machine' | 'version' | 'definition' | 'status' | 'reason'>

/** Reasons that other code may take away. */
const unfitness = ['machine.missing', 'machine.version_missing', 'snapshot.unfit', 'snapshot.migration_failed']
export const isUnfitness = ({ code }: { code: string }): boolean => unfitness.includes(code)

/** Of a system whose definition is the very one it was made by there is no more to know. */
export function classifyAtSight(row: Place, registry: Registry): Classification | undefined {
  const entry = registry.entry(row.machine)
  const machine = row.version === entry?.version ? entry.machine : entry?.versions?.[row.version]
  if (!machine || definitionOf(machine) !== row.definition) return undefined
  if (row.status === 'parked' && row.reason && isUnfitness(row.reason)) return undefined
  return { ...common(row), verdict: 'compatible', to: row.version }
}

/** By its whole snapshot. Of misfits that the journal may explain, `classification` says nothing yet. */
export function classify(
  row: StoredSystem,
  around: Surroundings,
): { classification: Classification; misfits: Misfit[] } {
  const from = row.version
  try {
    const { system, misfits } = restored(row, around, { asItIs: true })
    const verdict = system.version === from ? 'compatible' : 'migrates'
    return { classification: { ...common(row), verdict, to: system.version }, misfits }
  } catch (error) {
    return { classification: unfit(row, error, around.registry), misfits: [] }
  }
}

/** The same, once the journal was asked. */
export async function classifyWithJournal(
  store: Pick<Store, 'readJournal'>,
  row: StoredSystem,
  around: Surroundings,
): Promise<Classification> {
  const { classification, misfits } = classify(row, around)
  const [misfit] = await unexplained(store, row.id, misfits)
  if (!misfit) return classification
  const verdict = classification.verdict === 'migrates' ? 'stuck' : 'needs_rule'
  return { ...classification, verdict, reason: { code: 'snapshot.unfit', message: misfit.message } }
}

const common = ({ id, machine, version, status, reason }: Place) => ({
  id,
  machine,
  from: version,
  ...(status === 'parked' && reason && { parked: reason }),
})

function unfit(row: StoredSystem, error: unknown, registry: Registry): Classification {
  const { code, message } = error instanceof Defect ? error : new Defect('snapshot.unfit', (error as Error).message)
  const entry = registry.entry(row.machine)
  const ruled = entry?.migrations && Object.hasOwn(entry.migrations, row.version)
  const changed = !entry || row.version !== entry.version || row.definition !== definitionOf(entry.machine)
  const verdict = entry && changed && !ruled ? 'needs_rule' : 'stuck'
  return { ...common(row), verdict, to: row.version, reason: { code, message } }
}
