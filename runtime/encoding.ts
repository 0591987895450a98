import { isPlain, keep, lasting, newSpan, type Span } from './lasting.ts'

/** JSON that keeps what JSON loses. A tagged value is `{ "$": tag, v }`; an object with a key "$" of its own is tagged too. */
export type Encoded = null | boolean | number | string | Encoded[] | { [key: string]: Encoded }

/** What an actor reference is stored as: the incarnation, and the system where it is another one. */
export type StoredRef = { id: string; incarnation: string; system?: string; address?: string }

export type RefCodec = {
  /** The stored form when the value is an actor reference, else undefined. */
  store(value: object): StoredRef | undefined
  revive(ref: StoredRef): unknown
  /** What is stored in the place of an object that holds more than data (a machine's snapshot). */
  substitute?(value: object): object | undefined
  /** Freezes plain data that it encodes, so that the same object need not be encoded again. */
  freezes?: boolean
}

type Fields = Record<string, unknown>
type Walk = { refs: RefCodec; path: string[]; span: Span }

const noRefs: RefCodec = { store: () => undefined, revive: (ref) => ref }

// Deeper than any data a person wrote; a cycle gets there at once.
const MAX_DEPTH = 500

const tagged = (tag: string, v: Encoded): Encoded => ({ $: tag, v })

/**
 * Throws a TypeError naming the path of what cannot be stored: a function, a symbol, a cycle. The result may share parts with
 * earlier results, so it is not to be changed.
 */
export const encode = (value: unknown, refs: RefCodec = noRefs): Encoded =>
  encodeAt(value, { refs, path: [], span: newSpan() })

const fail = (path: string[], what: string): never => {
  throw new TypeError(`${path.length ? path.join('.') : 'the value'} is ${what}, which cannot be stored`)
}

function encodeAt(value: unknown, walk: Walk): Encoded {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : tagged('number', String(Object.is(value, -0) ? '-0' : value))
    case 'undefined':
      return tagged('undefined', null)
    case 'bigint':
      return tagged('bigint', String(value))
    case 'object':
      return value === null ? null : encodeObject(value, walk)
    default:
      return fail(walk.path, `a ${typeof value}`)
  }
}

function encodeObject(value: object, walk: Walk): Encoded {
  const { refs, path, span } = walk
  const known = lasting(value)
  const depth = path.length + (known?.depth ?? 0)
  if (depth > MAX_DEPTH) return fail(path.slice(0, 5), `a cycle, or nested deeper than ${MAX_DEPTH} levels`)
  span.deepest = Math.max(span.deepest, depth)
  if (known) return known.encoded
  if (!isPlain(value)) {
    span.lasts = false
    return encodeOther(value, walk)
  }
  const ref = refs.store(value)
  const substitute = refs.substitute?.(value)
  if (ref || substitute) span.lasts = false
  if (ref) return tagged('ref', ref as Encoded)
  return substitute ? encodePlain(substitute, walk) : encodeOnce(value, walk)
}

/** What cannot change any more is encoded once. */
function encodeOnce(value: object, walk: Walk): Encoded {
  const around = walk.span
  const own = newSpan(walk.path.length)
  walk.span = own
  const encoded = encodePlain(value, walk)
  walk.span = around
  const depth = own.deepest - walk.path.length
  if (!own.lasts || !keep(value, { encoded, depth }, walk.refs.freezes)) around.lasts = false
  around.deepest = Math.max(around.deepest, own.deepest)
  return encoded
}

function encodePlain(value: object, walk: Walk): Encoded {
  if (Array.isArray(value)) return encodeItems(value, walk)
  const fields = encodeFields(value, walk)
  return '$' in fields ? tagged('object', fields) : fields
}

function encodeItems(items: unknown[], walk: Walk): Encoded[] {
  return Array.from(items, (item, i) => encodePart(item, String(i), walk))
}

// Beyond this many fields an object that grows by one field at a time takes five times as long as one without a prototype.
const MANY_FIELDS = 64

function encodeFields(value: object, walk: Walk): { [key: string]: Encoded } {
  const keys = Object.keys(value)
  const fields: { [key: string]: Encoded } = keys.length > MANY_FIELDS ? Object.create(null) : {}
  for (const key of keys) {
    const part = (value as Fields)[key]
    setOwn(fields, key, encodedBefore(part, walk) ?? encodePart(part, key, walk))
  }
  return fields
}

// Most parts of a large map are what they were before.
function encodedBefore(part: unknown, { path, span }: Walk): Encoded | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  const known = lasting(part)
  if (!known || path.length + 1 + known.depth > MAX_DEPTH) return undefined
  span.deepest = Math.max(span.deepest, path.length + 1 + known.depth)
  return known.encoded
}

function encodePart(part: unknown, name: string, walk: Walk): Encoded {
  walk.path.push(name)
  const encoded = encodeAt(part, walk)
  walk.path.pop()
  return encoded
}

// Of a class: it may be a reference, or hold what its own fields do not show.
function encodeOther(value: object, walk: Walk): Encoded {
  const ref = walk.refs.store(value)
  if (ref) return tagged('ref', ref as Encoded)
  return encodeBuiltIn(value, walk) ?? encodePlain(walk.refs.substitute?.(value) ?? value, walk)
}

function encodeBuiltIn(value: object, walk: Walk): Encoded | undefined {
  const inner = (part: unknown, name: string) => encodePart(part, name, walk)
  if (value instanceof Date) return tagged('date', value.getTime() || (value.getTime() === 0 ? 0 : null))
  if (value instanceof Map) return tagged('map', inner([...value], 'entries'))
  if (value instanceof Set) return tagged('set', inner([...value], 'values'))
  if (value instanceof RegExp) return tagged('regexp', [value.source, value.flags])
  if (value instanceof URL) return tagged('url', value.href)
  if (value instanceof Uint8Array) return tagged('bytes', Buffer.from(value).toString('base64'))
  if (value instanceof Error) return encodeError(value, inner)
  return undefined
}

// No stack: it differs from process to process and names paths of the machine.
function encodeError(error: Error, inner: (part: unknown, name: string) => Encoded): Encoded {
  const [name, message] = [String(error.name), String(error.message)]
  const own = Object.fromEntries(Object.entries(error).filter(([key]) => !['name', 'message', 'stack'].includes(key)))
  const stored: { [key: string]: Encoded } = { name, message, own: inner(own, 'own') }
  if ('cause' in error) stored.cause = inner(error.cause, 'cause')
  return tagged('error', stored)
}

/** The inverse of `encode`: fresh values, sharing nothing with the stored form. */
export function decode(stored: Encoded, refs: RefCodec = noRefs): unknown {
  if (stored === null || typeof stored !== 'object') return stored
  if (Array.isArray(stored)) return stored.map((item) => decode(item, refs))
  return typeof stored.$ === 'string' ? decodeTagged(stored.$, stored.v as Encoded, refs) : decodeFields(stored, refs)
}

function decodeFields(stored: { [key: string]: Encoded }, refs: RefCodec): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(stored)) setOwn(fields, key, decode(stored[key] as Encoded, refs))
  return fields
}

function decodeTagged(tag: string, v: any, refs: RefCodec): unknown {
  switch (tag) {
    case 'undefined':
      return undefined
    case 'number':
      return v === '-0' ? -0 : Number(v)
    case 'bigint':
      return BigInt(v)
    case 'date':
      return new Date(v ?? NaN)
    case 'map':
      return new Map(decode(v, refs) as [unknown, unknown][])
    case 'set':
      return new Set(decode(v, refs) as unknown[])
    case 'regexp':
      return new RegExp(v[0], v[1])
    case 'url':
      return new URL(v)
    case 'bytes':
      return new Uint8Array(Buffer.from(v, 'base64'))
    case 'error':
      return decodeError(v, refs)
    case 'ref':
      return refs.revive(v)
    case 'object':
      return decodeFields(v, refs)
    default:
      throw new TypeError(`a stored value bears the unknown tag ${tag}`)
  }
}

const errorClasses: Record<string, ErrorConstructor> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

function decodeError(v: { name: string; message: string; own: Encoded; cause?: Encoded }, refs: RefCodec): Error {
  const options = 'cause' in v ? { cause: decode(v.cause as Encoded, refs) } : undefined
  const Class = Object.hasOwn(errorClasses, v.name) ? (errorClasses[v.name] as ErrorConstructor) : Error
  const error = new Class(v.message, options)
  error.stack = `${v.name}: ${v.message}`
  if (error.name !== v.name) Object.defineProperty(error, 'name', { value: v.name, configurable: true, writable: true })
  return Object.assign(error, decode(v.own, refs))
}

// A plain assignment to __proto__ would set the prototype.
function setOwn(target: Record<string, unknown>, key: string, value: unknown) {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}
