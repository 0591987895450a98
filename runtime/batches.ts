import type { Pending } from './engine.ts'
import { weight } from './turn-rows.ts'

const MAX_BATCH_BYTES = 4_000_000
// Planning a statement for several takes as long as some commits of one, whose plan is kept.
const FEW = 3

/** Turns that commit together. */
export function cut(pending: Pending[]): Pending[][] {
  if (pending.length <= FEW) return pending.map((each) => [each])
  const batches: Pending[][] = []
  let bytes = Infinity
  for (const each of pending) {
    bytes += weight(each.turn)
    if (bytes > MAX_BATCH_BYTES) {
      batches.push([])
      bytes = weight(each.turn)
    }
    batches.at(-1)?.push(each)
  }
  return batches
}
