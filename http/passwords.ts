const credentials = /\b([a-z][a-z0-9+.-]*:\/\/)[^/@\s"]+@/gi

/** A URL may hold a password, which is nobody's to read: `https://***@host/…`, wherever in a value it stands. */
export function withoutPasswords<T>(value: T): T {
  if (typeof value === 'string') return value.replace(credentials, '$1***@') as T
  if (Array.isArray(value)) return value.map(withoutPasswords) as T
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutPasswords(part)])) as T
}
