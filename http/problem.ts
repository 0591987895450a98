import { STATUS_CODES } from 'node:http'
import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { HistoryPruned, Rejection } from '../runtime/index.ts'

/** One mistake in a request's body or query: `pointer` is a JSON pointer (RFC 6901) into it. */
export type ProblemError = { pointer: string; detail: string; code?: string; suggestion?: string }

/** `['steps', 2, 'a/b']` as `/steps/2/a~1b`. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

type Details = { errors?: ProblemError[]; [member: string]: unknown }

/**
 * A request that cannot be answered as asked. Thrown by routes, answered as `application/problem+json` (RFC 9457).
 * `code` is stable (`noun.problem`); `details` are extension members of the answer, `headers` go beside it.
 */
export class Problem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly details: Details
  readonly headers: Record<string, string>
  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    details: Details = {},
    headers: Record<string, string> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.headers = headers
  }
}

/** Rejections are the caller's to react to; a code that is not listed is a defect of ours. */
const rejectionStatus: Record<string, ContentfulStatusCode> = {
  'system.not_found': 404,
  'actor.not_found': 404,
  'system.final': 409,
  'system.failed': 409,
  'system.exists': 409,
  'event.too_large': 413,
  'event.invalid': 422,
  'input.invalid': 422,
  'send.unknown': 503,
  'runtime.overloaded': 503,
  'history.pruned': 410,
  'runtime.closed': 503,
  'runtime.not_started': 503,
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Rejection && rejectionStatus[error.code]) {
    const details = error instanceof HistoryPruned ? { first: error.first } : {}
    return new Problem(rejectionStatus[error.code]!, error.code, error.message, details, retryAfter(error))
  }
  if (error instanceof HTTPException) {
    return new Problem(error.status as ContentfulStatusCode, 'request.refused', error.message)
  }
  if (isUnreachable(error)) {
    return new Problem(503, 'database.unreachable', 'The database does not answer', {}, { 'retry-after': '5' })
  }
  return new Problem(500, 'server.defect', 'The server failed to answer; its log tells more under the request id')
}

const retryAfter = ({ retryAfterMs }: Rejection): Record<string, string> =>
  retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }

/** SQLSTATE classes 08 and 57P, and the codes of the driver and of sockets. */
const isUnreachable = (error: unknown): boolean =>
  /^(08|57P0|CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE)/.test((error as { code?: string } | null)?.code ?? '')

/** Answers with a problem document. The path is echoed as `instance`; query, headers and body never are. */
export function answerProblem(c: Context, problem: Problem): Response {
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    code: problem.code,
    detail: problem.message || undefined,
    instance: c.req.path,
    requestId: c.get('requestId') as string | undefined,
    ...problem.details,
  }
  return c.body(JSON.stringify(body), problem.status, {
    'content-type': 'application/problem+json',
    ...problem.headers,
  })
}

export const notFound: NotFoundHandler = (c) =>
  answerProblem(c, new Problem(404, 'route.not_found', 'There is nothing at this path'))

export const methodNotAllowed = (c: Context, allowed: string[]): Response =>
  answerProblem(
    c,
    new Problem(405, 'method.not_allowed', `This path takes ${allowed.join(', ')}`, {}, { allow: allowed.join(', ') }),
  )

/** The one place that logs: only what nobody expected. */
export const errorHandler =
  (log: (error: unknown, requestId: string) => void): ErrorHandler =>
  (error, c) => {
    const problem = toProblem(error)
    if (problem.status >= 500) log(error, c.get('requestId') as string)
    return answerProblem(c, problem)
  }
