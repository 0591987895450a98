import { DatabaseUnavailable, errorCode, type DatabaseCode } from './errors.ts'

type Attempt = { host: string; database: string; user: string; reason: string }
type Explanation = { code: DatabaseCode; say: (attempt: Attempt) => string }

const refused: Explanation = {
  code: 'database.password',
  say: ({ host, user, reason }) =>
    `${host} refuses user "${user}": check user and password in the database URL (${reason})`,
}
const missing: Explanation = {
  code: 'database.missing',
  say: ({ host, database }) =>
    `${host} has no database "${database}": make it with createdb ${database}, or correct the database URL`,
}
const forbidden: Explanation = {
  code: 'database.rights',
  say: ({ user, database, reason }) => `user "${user}" lacks a right in database "${database}": ${reason}`,
}
const nothingThere: Explanation = {
  code: 'database.unreachable',
  say: ({ host }) => `nothing listens at ${host}: start the server, or correct the database URL`,
}
const unknownHost: Explanation = {
  code: 'database.unreachable',
  say: ({ host }) => `the host of ${host} is not known: correct the database URL`,
}
const silent: Explanation = {
  code: 'database.unreachable',
  say: ({ host, reason }) => `no Postgres answers at ${host} (${reason})`,
}

const explanations: Record<string, Explanation> = {
  '28P01': refused,
  '28000': refused,
  SASL_SIGNATURE_MISMATCH: refused,
  '3D000': missing,
  '42501': forbidden,
  ECONNREFUSED: nothingThere,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ...Object.fromEntries(
    [
      'CONNECT_TIMEOUT',
      'CONNECTION_CLOSED',
      'ECONNRESET',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ETIMEDOUT',
      '57P03',
      '53300',
    ].map((code) => [code, silent]),
  ),
}

/** What went wrong on opening `url`, in one line without the password. Unknown errors are returned as they are. */
export function explainFailure(error: unknown, url: string): unknown {
  const explanation = explanations[errorCode(error)]
  if (error instanceof DatabaseUnavailable || !explanation) return error
  const reason = error instanceof Error && error.message ? error.message : errorCode(error)
  const message = explanation.say({ ...partsOf(url), reason })
  return new DatabaseUnavailable(explanation.code, message, { cause: error })
}

function partsOf(url: string): Omit<Attempt, 'reason'> {
  const parsed = new URL(url)
  const user = decodeURIComponent(parsed.username) || 'postgres'
  const database = decodeURIComponent(parsed.pathname.slice(1)) || user
  return { host: `${parsed.hostname || 'localhost'}:${parsed.port || 5432}`, database, user }
}
