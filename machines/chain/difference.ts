import type { Step } from './schema.ts'

/** What changed from one generation to the next, by name. */
export type ChainDifference = { added: string[]; removed: string[]; changed: string[]; unchanged: string[] }

// Not a secret and not stored as truth: two different definitions of one name would have to collide by chance (2^-52).
const hash = (text: string): string => {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  return (((high ^ (high >>> 16)) >>> 0) & 0xfffff).toString(36) + '.' + ((low ^ (low >>> 13)) >>> 0).toString(36)
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return entries.map(([key, member]) => [key, sorted(member)])
}

/** Equal for steps of equal definition and dependencies, whatever the order of keys and of dependencies. */
export const fingerprint = (step: Step): string => {
  const { carryOver: _, ...definition } = step
  return hash(JSON.stringify(sorted({ ...definition, dependsOn: [...new Set(step.dependsOn)].sort() })))
}

/** From the earlier to the later chain, given by name and fingerprint; each list in the order of the chain it is about. */
export const chainDifference = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): ChainDifference => {
  const names = [...after.keys()]
  return {
    added: names.filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
    unchanged: names.filter((name) => before.get(name) === after.get(name)),
  }
}
