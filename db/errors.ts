export type DatabaseCode =
  | 'database.invalid_url'
  | 'database.unreachable'
  | 'database.password'
  | 'database.missing'
  | 'database.too_old'
  | 'database.rights'
  | 'database.newer'
  | 'database.changed'
  | 'database.migrating'
  | 'database.blocked'
  | 'database.embedded'
  | 'database.other_version'

/** The database cannot be used as it is; `message` is one line that says what to do. */
export class DatabaseUnavailable extends Error {
  readonly code: DatabaseCode
  constructor(code: DatabaseCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatabaseUnavailable'
    this.code = code
  }
}

export const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

// 40001 serialization, 40P01 deadlock, 57P01-57P03 server going down or coming up, 53300 too many connections.
const transientStates = new Set(['40001', '40P01', '57P01', '57P02', '57P03', '53300'])
const transientSystemErrors = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])
// CONNECTION_ENDED is our own sql.end(): repeating can never succeed.
const transientClientErrors = new Set(['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'])

/** True when the same statement may succeed later, unchanged: the caller backs off and repeats. */
export function isTransient(error: unknown): boolean {
  const code = errorCode(error)
  return (
    transientStates.has(code) ||
    code.startsWith('08') ||
    transientSystemErrors.has(code) ||
    transientClientErrors.has(code)
  )
}

/**
 * True when the connection went with the error. A statement on a reserved connection that is gone ends the process
 * (postgres.js 3.4.9: "Cannot read properties of null (reading 'write')"), so nothing is rolled back or unlocked there.
 */
export const isDisconnection = (error: unknown): boolean =>
  /^(CONNECTION_|08|57P0)/.test(errorCode(error)) || transientSystemErrors.has(errorCode(error))
