import { APIConnectionError, APIError } from 'openai/error'
import type { Abilities, Format } from './question.ts'
import { explicitWait, resetOf } from './rate-limit.ts'
import { StreamFailure } from './responses.ts'

/** Why there is no answer, by what can be done about it. */
export type Trouble =
  /** Ask again after `resetAt`. */
  | { kind: 'limited'; resetAt: number; reason: string }
  /** Asking again leads to the same. */
  | { kind: 'refused'; code: string; reason: string }
  /** Worth asking again. `reached`: the provider may have begun to answer, and may charge for it. */
  | { kind: 'passing'; code: string; reason: string; reached: boolean; retryAfterMs?: number }
  /** The server does not know something that can be left out. */
  | { kind: 'unable'; what: 'format' | 'streamUsage' | 'limitField'; reason: string }

type Asked = { format: Format; abilities: Abilities }

/** What the client threw, made sense of. `at`: now, in milliseconds since 1970. */
export function troubleOf(error: unknown, asked: Asked, at: number): Trouble {
  if (error instanceof APIError && error.status !== undefined) return ofStatus(error as Answered, asked, at)
  if (error instanceof APIConnectionError) return ofConnection(error)
  if (error instanceof APIError || error instanceof StreamFailure) return ofStream(error, at)
  const reason = error instanceof Error ? error.message : String(error)
  return { kind: 'passing', code: 'model.answer_garbled', reason, reached: true }
}

type Answered = APIError & { status: number; headers: Headers }

function ofStatus(error: Answered, asked: Asked, at: number): Trouble {
  const { status, headers, message: reason } = error
  const unable = inability(error, asked)
  if (unable) return unable
  const code = codeOf(error, status)
  if (code === 'limited') return { kind: 'limited', resetAt: resetOf(headers, at), reason }
  if (code !== 'passing') return { kind: 'refused', code, reason }
  const wait = explicitWait(headers, at)
  return {
    kind: 'passing',
    code: 'model.unavailable',
    reason,
    reached: false,
    ...(wait !== undefined && { retryAfterMs: Math.min(Math.max(wait, 0), longestPauseMs) }),
  }
}

// An attempt that waits is an attempt that other models are not asked meanwhile.
const longestPauseMs = 60_000

const quota = /insufficient_quota|billing|exceeded your current quota|insufficient (credits|balance|funds)/i
const tooLong =
  /context_length|context length|maximum context|context window|prompt is too long|too many (input )?tokens/i
const filtered = /content_filter|content management policy|moderation/i

function codeOf(error: Pick<APIError, 'message' | 'code' | 'type'>, status: number): string {
  const text = `${error.code ?? ''} ${error.type ?? ''} ${error.message}`
  if (status === 402 || (status === 429 && quota.test(text))) return 'model.quota_exceeded'
  if (status === 429) return 'limited'
  if (status === 413 || tooLong.test(text)) return 'model.context_exceeded'
  if (filtered.test(text)) return 'model.request_refused'
  if (status === 401 || status === 403) return 'model.unauthorized'
  if (status === 404) return 'model.unknown'
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'passing'
  return 'model.request_refused'
}

const formatWords =
  /response_format|json_schema|json_object|text\.format|structured output|json mode|invalid schema|grammar/i
const limitWords = /max_tokens|max_completion_tokens/
const unknownWords = /unsupported|not supported|unrecognized|unknown|not permitted|extra input|instead/i

/** Whether the request holds something that this server does not take, and that can be said in another way. */
function inability({ status, message: reason, param }: Answered, { format, abilities }: Asked): Trouble | undefined {
  if (![400, 404, 415, 422, 501].includes(status)) return undefined
  const text = `${param ?? ''} ${reason}`
  if (abilities.streamUsage && /stream_options/.test(text)) return { kind: 'unable', what: 'streamUsage', reason }
  if (format !== 'none' && formatWords.test(text)) return { kind: 'unable', what: 'format', reason }
  if (limitWords.test(text) && unknownWords.test(text)) return { kind: 'unable', what: 'limitField', reason }
  return undefined
}

const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function ofConnection(error: APIConnectionError): Trouble {
  const code = systemCodeIn(error)
  const reason = code === undefined ? error.message : `${error.message} (${code})`
  return code !== undefined && notSent.has(code)
    ? { kind: 'passing', code: 'model.unreachable', reason, reached: false }
    : { kind: 'passing', code: 'model.connection_lost', reason, reached: true }
}

/** fetch wraps the cause, at times as one of several addresses that were tried. */
function systemCodeIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errors } = error as { code?: unknown; errors?: unknown[] }
  return typeof code === 'string' ? code : (systemCodeIn(errors?.[0]) ?? systemCodeIn(error.cause))
}

/** Told within the stream, after a status that said all was well. */
function ofStream(error: APIError | StreamFailure, at: number): Trouble {
  const { message: reason } = error
  const text = `${error.code ?? ''} ${'type' in error ? (error.type ?? '') : ''} ${reason}`
  if (quota.test(text)) return { kind: 'refused', code: 'model.quota_exceeded', reason }
  if (/rate_limit/i.test(text)) return { kind: 'limited', resetAt: resetOf(new Headers(), at), reason }
  if (tooLong.test(text)) return { kind: 'refused', code: 'model.context_exceeded', reason }
  return { kind: 'passing', code: 'model.unavailable', reason, reached: true }
}
