import type { Encoded } from './encoding.ts'

/** What was met below a value while it was encoded: whether all of it can never change, and how deep it went. */
export type Span = { lasts: boolean; deepest: number }
export const newSpan = (deepest = 0): Span => ({ lasts: true, deepest })

type Kept = { encoded: Encoded; depth: number }

// Only of values that are frozen all the way down: that another object came in their place is then the only change there can be.
const kept = new WeakMap<object, Kept>()

/** The encoding of plain data that can never change, if it was encoded before. */
export const lasting = (value: object): Kept | undefined => kept.get(value)

export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || prototype === Array.prototype
}

/** Remembers the encoding of a plain value whose parts all last. False: the value itself may still change. */
export function keep(value: object, encoding: Kept, freezes = false): boolean {
  if (!freezes && !Object.isFrozen(value)) return false
  if (hasAccessor(value)) return false
  kept.set(Object.freeze(value), encoding)
  return true
}

function hasAccessor(value: object): boolean {
  for (const key of Object.keys(value)) if (Object.getOwnPropertyDescriptor(value, key)?.get) return true
  return false
}
