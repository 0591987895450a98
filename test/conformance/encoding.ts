/**
 * A comparable form of anything an actor may hold: what JSON loses is tagged, references become ids.
 */
export function encode(value: unknown): unknown {
  if (value === undefined) return { $: 'undefined' }
  if (typeof value === 'bigint') return { $: 'bigint', is: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', is: String(value) }
  if (typeof value === 'function' || typeof value === 'symbol') return { $: typeof value }
  if (value === null || typeof value !== 'object') return value
  return encodeObject(value)
}

function encodeObject(value: object): unknown {
  if (isReference(value)) return { $: 'reference', id: value.id }
  if (value instanceof Date) return { $: 'date', is: Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString() }
  if (value instanceof Error) return { $: 'error', name: value.name, message: value.message }
  if (value instanceof Map) return { $: 'map', is: [...value].map(([key, item]) => [encode(key), encode(item)]) }
  if (value instanceof Set) return { $: 'set', is: [...value].map(encode) }
  if (Array.isArray(value)) return value.map(encode)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]))
}

type Reference = { id: string; sessionId: string; _parent?: Reference }

// A live reference, or the name that the runtime gives to readers outside of the system.
const isReference = (value: object): value is Reference =>
  'id' in value && (('sessionId' in value && 'send' in value) || 'incarnation' in value)

/** The path of ids below the root: '' the root, 'child/grandchild'. */
export const addressOf = (reference: Reference): string =>
  reference._parent ? join(addressOf(reference._parent), reference.id) : ''

export const join = (address: string, id: string): string => (address === '' ? id : `${address}/${id}`)
