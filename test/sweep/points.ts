import { readFileSync } from 'node:fs'

/** A place to be killed at: the n-th occurrence of a point, or some milliseconds after it, in the midst of things. */
export type Place = { name: string; afterMs?: number }

export const placeName = ({ name, afterMs }: Place): string => (afterMs === undefined ? name : `${name} +${afterMs} ms`)

/** Every occurrence that a whole run passed, in order. */
export const readPoints = (file: string): string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean)

/** So many of the occurrences, spread evenly, each kind of point first. */
export function choose(occurrences: readonly string[], count: number): Place[] {
  const kinds = new Map<string, string[]>()
  for (const occurrence of occurrences) {
    const kind = occurrence.split(':')[0]!
    kinds.set(kind, [...(kinds.get(kind) ?? []), occurrence])
  }
  const chosen = new Set<string>()
  // One of each kind, then the second, spread over the run: an early one, a late one, the middle ...
  for (let round = 0; chosen.size < Math.min(count, occurrences.length); round++) {
    for (const list of kinds.values()) {
      const place = list[Math.floor(list.length * spread(round))]
      if (place && chosen.size < count) chosen.add(place)
    }
    if (round > occurrences.length * 2) break
  }
  return [...occurrences.filter((name) => chosen.has(name)).map((name) => ({ name }))]
}

/** Van der Corput: 0, 1/2, 1/4, 3/4, 1/8 ... covers an interval ever more finely. */
function spread(index: number): number {
  let value = 0
  let part = 0.5
  for (let rest = index; rest > 0; rest = Math.floor(rest / 2)) {
    value += (rest % 2) * part
    part /= 2
  }
  return value
}

/** In the midst of activities: some time after each of these began. */
export const midst = (occurrences: readonly string[], count: number): Place[] => {
  const started = occurrences.filter((name) => name.startsWith('activity.started.'))
  const step = Math.max(1, Math.floor(started.length / count))
  return started
    .filter((_, index) => index % step === 0)
    .slice(0, count)
    .map((name, index) => ({ name, afterMs: [20, 60, 120, 250][index % 4]! }))
}
