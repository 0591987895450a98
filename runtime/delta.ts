import type { Encoded } from './encoding.ts'

/**
 * What changed between two encoded values: paths set, paths gone, and what was added to the ends of lists. `[[], x]`
 * replaces the whole.
 */
export type Delta = {
  set?: [path: string[], value: Encoded][]
  gone?: string[][]
  added?: [path: string[], items: Encoded[]][]
}

type Fields = { [key: string]: Encoded }

// A tagged value ({ "$": tag, v }) is one value, never a map of fields.
const isFields = (value: Encoded | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('$' in value)

/** Compares encodings, not references: an impure `assign` may have changed a value in place. */
export function difference(before: Encoded | undefined, after: Encoded): Delta {
  const delta: Required<Delta> = { set: [], gone: [], added: [] }
  if (before === undefined) delta.set.push([[], after])
  else walk(before, after, [], delta)
  return {
    ...(delta.set.length && { set: delta.set }),
    ...(delta.gone.length && { gone: delta.gone }),
    ...(delta.added.length && { added: delta.added }),
  }
}

function walk(before: Encoded, after: Encoded, path: string[], delta: Required<Delta>) {
  if (before === after) return
  if (!isFields(before) || !isFields(after)) {
    const items = addedTo(before, after)
    if (items) delta.added.push([path, items])
    else if (!equal(before, after)) delta.set.push([path, after])
    return
  }
  let kept = 0
  for (const key of Object.keys(after)) {
    const next = after[key] as Encoded
    // What is inherited is no encoding, so it is never the same.
    if (before[key] !== next) {
      const old = Object.hasOwn(before, key) ? before[key] : undefined
      if (old === undefined) delta.set.push([[...path, key], next])
      else walk(old, next, [...path, key], delta)
      if (old === undefined) continue
    }
    kept++
  }
  const keys = Object.keys(before)
  if (kept === keys.length) return
  for (const key of keys) if (!Object.hasOwn(after, key)) delta.gone.push([...path, key])
}

// A ledger of a thousand entries must not be written a thousand times.
function addedTo(before: Encoded, after: Encoded): Encoded[] | undefined {
  if (!Array.isArray(before) || !Array.isArray(after) || !before.length || after.length <= before.length)
    return undefined
  return before.every((item, i) => equal(item, after[i])) ? after.slice(before.length) : undefined
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
export const apply = (before: Encoded | undefined, delta: Delta): Encoded => folded(before, delta, (fields) => fields)

/** The same, with `before` left as it is; what did not change is shared. */
export function applied(before: Encoded | undefined, delta: Delta): Encoded {
  const own = new Set<Fields>()
  return folded(before, delta, (fields) => {
    if (own.has(fields)) return fields
    const copy = { ...fields }
    own.add(copy)
    return copy
  })
}

/** `opened` gives the object that may be changed in the place of one that is to be changed. */
function folded(before: Encoded | undefined, delta: Delta, opened: (fields: Fields) => Fields): Encoded {
  let value = before
  const holderOf = (path: string[]): Fields => {
    let holder = opened(value as Fields)
    value = holder
    for (const key of path.slice(0, -1)) {
      const inner = opened(holder[key] as Fields)
      setOwn(holder, key, inner)
      holder = inner
    }
    return holder
  }
  for (const [path, next] of delta.set ?? []) {
    if (path.length === 0) value = next
    else setOwn(holderOf(path), path.at(-1) as string, next)
  }
  for (const path of delta.gone ?? []) delete holderOf(path)[path.at(-1) as string]
  for (const [path, items] of delta.added ?? []) {
    if (path.length === 0) value = [...(value as Encoded[]), ...items]
    else {
      const holder = holderOf(path)
      const key = path.at(-1) as string
      setOwn(holder, key, [...(holder[key] as Encoded[]), ...items])
    }
  }
  return value as Encoded
}

function setOwn(fields: Fields, key: string, value: Encoded) {
  if (Object.hasOwn(fields, key) && fields[key] === value) return
  Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true })
}
