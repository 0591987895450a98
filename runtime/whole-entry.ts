import type { Encoded } from './encoding.ts'
import type { Frozen, Stored } from './frozen.ts'

type ActorRow = { incarnation: string; address: string; value: Encoded | null; frozen: Frozen }

/** In the place of a delta, at the head of a pruned journal: all that the entry led to, whoever it was delivered to. */
export type Whole = { whole: ActorRow[] }

export const wholeIn = (delta: object): ActorRow[] | undefined => (delta as Partial<Whole>).whole

/** Replaces what is known by the state that a whole entry holds. */
export function unfold(stored: Map<string, Stored>, rows: readonly ActorRow[]): void {
  stored.clear()
  for (const { incarnation, address, value, frozen } of rows)
    stored.set(incarnation, { address, value: value ?? undefined, frozen })
}

/** Those that are still part of the tree, and the one whose entry it is. */
export function wholeOf(stored: ReadonlyMap<string, Stored>, own: string, root: string): Whole {
  const wanted = new Set([own])
  const open = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!stored.has(next)) continue
    wanted.add(next)
    open.push(...Object.values(stored.get(next)?.frozen.children ?? {}))
  }
  return {
    whole: [...stored]
      .filter(([incarnation]) => wanted.has(incarnation))
      .map(([incarnation, { address, value, frozen }]) => ({ incarnation, address, value: value ?? null, frozen })),
  }
}
