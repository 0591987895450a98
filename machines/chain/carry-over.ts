import { fingerprint } from './difference.ts'
import { topologicalOrder } from './graph.ts'
import type { Step } from './schema.ts'

/** A step of the generation before that has passed. */
export type PassedStep = { readonly name: string; readonly fingerprint: string }

/**
 * Names of the steps whose result is kept: those that passed under the same name with the same definition and
 * dependencies, all of whose dependencies are kept as well; and those the planner marks with `carryOver`. A step whose
 * dependency runs again runs again too: it was built on what is about to change.
 */
export const carriedOver = (steps: readonly Step[], passed: readonly PassedStep[]): Set<string> => {
  const before = new Map(passed.map((step) => [step.name, step.fingerprint]))
  const kept = new Set<string>()
  for (const step of topologicalOrder(steps) as Step[]) {
    if (!before.has(step.name)) continue
    const same = before.get(step.name) === fingerprint(step) && step.dependsOn.every((name) => kept.has(name))
    if (same || step.carryOver === true) kept.add(step.name)
  }
  return kept
}
