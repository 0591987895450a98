import { DatabaseUnavailable, errorCode } from './errors.ts'

/** What went wrong on opening `url`, as one line without the password; errors it does not know are returned as they are. */
export function explainFailure(error: unknown, url: string): unknown {
  if (error instanceof DatabaseUnavailable) return error
  const { host, database, user } = partsOf(url)
  const options = { cause: error }
  switch (errorCode(error)) {
    case '28P01':
    case '28000':
    case 'SASL_SIGNATURE_MISMATCH':
      return new DatabaseUnavailable(
        'database.password',
        `${host} refuses user "${user}": check the user and password in the database URL (${reasonOf(error)})`,
        options,
      )
    case '3D000':
      return new DatabaseUnavailable(
        'database.missing',
        `${host} has no database "${database}": create it with createdb ${database}, or correct the database URL`,
        options,
      )
    case '42501':
      return new DatabaseUnavailable(
        'database.rights',
        `user "${user}" lacks a right in database "${database}": ${reasonOf(error)}`,
        options,
      )
    case 'ECONNREFUSED':
      return new DatabaseUnavailable(
        'database.unreachable',
        `nothing listens at ${host}: start the server, or correct the database URL`,
        options,
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new DatabaseUnavailable(
        'database.unreachable',
        `the host of ${host} is unknown: correct the database URL`,
        options,
      )
    case 'CONNECT_TIMEOUT':
    case 'CONNECTION_CLOSED':
    case 'ECONNRESET':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'ENOENT':
      return new DatabaseUnavailable(
        'database.unreachable',
        `no Postgres answers at ${host} (${reasonOf(error)})`,
        options,
      )
  }
  return error
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.message ? error.message : errorCode(error)

function partsOf(url: string): { host: string; database: string; user: string } {
  const parsed = new URL(url)
  const user = decodeURIComponent(parsed.username) || 'postgres'
  const database = decodeURIComponent(parsed.pathname.slice(1)) || user
  return { host: `${parsed.hostname || 'localhost'}:${parsed.port || 5432}`, database, user }
}
