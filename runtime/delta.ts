import type { Encoded } from './encoding.ts'

/** What changed between two encoded values: paths set, and paths gone. `[[], x]` replaces the whole. */
export type Delta = { set?: [path: string[], value: Encoded][]; gone?: string[][] }

type Fields = { [key: string]: Encoded }

// A tagged value ({ "$": tag, v }) is one value, never a map of fields.
const isFields = (value: Encoded | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('$' in value)

/** Compares encodings, not references: an impure `assign` may have changed a value in place. */
export function difference(before: Encoded | undefined, after: Encoded): Delta {
  const delta: Required<Delta> = { set: [], gone: [] }
  if (before === undefined) delta.set.push([[], after])
  else walk(before, after, [], delta)
  return { ...(delta.set.length && { set: delta.set }), ...(delta.gone.length && { gone: delta.gone }) }
}

function walk(before: Encoded, after: Encoded, path: string[], delta: Required<Delta>) {
  if (before === after) return
  if (!isFields(before) || !isFields(after)) {
    if (!equal(before, after)) delta.set.push([path, after])
    return
  }
  for (const key of Object.keys(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined
    if (old === undefined) delta.set.push([[...path, key], after[key] as Encoded])
    else if (old !== after[key]) walk(old, after[key] as Encoded, [...path, key], delta)
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) delta.gone.push([...path, key])
}

export function equal(a: Encoded | undefined, b: Encoded | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || a === undefined || b === undefined)
    return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && equal((a as Fields)[key], (b as Fields)[key]))
}

/** Folds a delta into what it was taken from. Changes `before` in place where it can, and returns the result. */
export function apply(before: Encoded | undefined, delta: Delta): Encoded {
  let value = before
  for (const [path, next] of delta.set ?? []) {
    if (path.length === 0) value = next
    else setAt(value as Fields, path, next)
  }
  for (const path of delta.gone ?? []) {
    const holder = path.slice(0, -1).reduce<Encoded>((at, key) => (at as Fields)[key] as Encoded, value as Encoded)
    delete (holder as Fields)[path.at(-1) as string]
  }
  return value as Encoded
}

function setAt(root: Fields, path: string[], value: Encoded) {
  const holder = path.slice(0, -1).reduce<Fields>((at, key) => at[key] as Fields, root)
  const key = path.at(-1) as string
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
