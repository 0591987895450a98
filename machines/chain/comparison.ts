import { type ChainDifference, chainDifference, fingerprint } from './difference.ts'
import type { Chain, Step } from './schema.ts'

/** `fields`: of each changed step the parts of its definition that differ. */
export type ChainComparison = ChainDifference & { fields: Record<string, string[]> }

const parts = ({ contract: { executor, ...contract }, ...step }: Step): Record<string, unknown> => ({
  ...step,
  contract,
  executor,
})

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

const differing = (before: Step, after: Step): string[] => {
  const [one, other] = [parts(before), parts(after)]
  const names = Object.keys({ ...one, ...other }).filter((name) => name !== 'carryOver')
  return names.filter((name) => !same(one[name], other[name]))
}

/** What changed from one chain to any other. */
export const compareChains = (before: Chain, after: Chain): ChainComparison => {
  const named = ({ steps }: Chain) => new Map(steps.map((step) => [step.name, step]))
  const printed = ({ steps }: Chain) => new Map(steps.map((step) => [step.name, fingerprint(step)]))
  const [old, present] = [named(before), named(after)]
  const difference = chainDifference(printed(before), printed(after))
  const fields = difference.changed.map((name) => [name, differing(old.get(name)!, present.get(name)!)])
  return { ...difference, fields: Object.fromEntries(fields) as Record<string, string[]> }
}
