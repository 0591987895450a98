import type { NotifierInput, NotifierOutput } from '../../machines/index.ts'
import { ActivityFailure, type ActivityContext, type RetryPolicy } from '../../runtime/index.ts'
import type { Redact } from '../redaction.ts'
import type { Surroundings } from '../surroundings.ts'
import { slackBody, webhookBody } from './message.ts'
import { AddressForbidden, type Answer, post } from './post.ts'
import { keysIn, signatureOf } from './signature.ts'

/** After 5 s, 25 s, 2 min, 10 min, 52 min, 4 h and then every 6 h: about a day in all. */
export const notifierRetry: RetryPolicy = { maxAttempts: 10, initialMs: 5_000, factor: 5, maxMs: 6 * 3_600_000 }

const answerWithinMs = 15_000
/** A receiver that asks for more patience is asked anyway. */
const longestRetryAfterMs = 24 * 3_600_000

/** It will not be taken, however often it is sent. */
class Refused extends Error {
  readonly code: string
  constructor(code: string, reason: string) {
    super(reason)
    this.code = code
  }
}

/** Sends a notice once. What may go better later is a failure that is repeated; what will not is an outcome. */
export const createNotifier =
  (surroundings: Surroundings) =>
  async ({ input, signal, attempt }: ActivityContext<NotifierInput>): Promise<NotifierOutput> => {
    try {
      const status = await send(surroundings, input, signal)
      return { outcome: 'sent', at: surroundings.now(), status, attempt }
    } catch (error) {
      if (!(error instanceof Refused))
        throw error instanceof ActivityFailure ? Object.assign(error, { attempt }) : error
      return { outcome: 'refused', at: surroundings.now(), code: error.code, reason: error.message, attempt }
    }
  }

async function send(surroundings: Surroundings, input: NotifierInput, signal: AbortSignal): Promise<number> {
  const { env, now, redact, privateHosts } = surroundings
  const { target } = input
  const url = urlOf(target.url ?? variable(env, target.urlEnv ?? ''))
  const privateToo = privateHosts.includes(url.hostname) || privateHosts.includes(url.host)
  if (url.protocol === 'http:' && !privateToo)
    throw new Refused('notice.url_refused', `${url.host} is only sent to by https`)
  const told = { ...input, ...withoutSecrets({ directive: input.directive, event: input.event }, redact) }
  const body = target.kind === 'slack' ? slackBody(told) : webhookBody(told)
  const secrets = target.secretEnv === undefined ? undefined : variable(env, target.secretEnv)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'adjutant',
    ...(target.kind === 'webhook' && webhookHeaders(input.id, Math.floor(now() / 1000), body, secrets)),
  }
  const timeout = AbortSignal.timeout(answerWithinMs)
  const either = AbortSignal.any([signal, timeout])
  const answer = await post({ url, headers, body, privateToo, signal: either }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw failureOf(error, url, timeout.aborted)
  })
  return statusOf(answer, now())
}

/** Text by text: what looks like the beginning of a key would else take the rest of the message with it. */
const withoutSecrets = <T>(told: T, redact: Redact): T =>
  JSON.parse(JSON.stringify(told), (_, value: unknown) => (typeof value === 'string' ? redact(value) : value)) as T

/** Another host may have it, or this one once somebody has set it. */
function variable(env: Surroundings['env'], name: string): string {
  const value = env[name]
  if (value) return value
  throw new ActivityFailure('notice.variable_missing', `the variable ${name} is not set`, { retryable: true })
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new Refused('notice.url_refused', 'it is no http or https URL, or has a password in it')
  return url
}

function webhookHeaders(id: string, seconds: number, body: string, secrets: string | undefined) {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds) }
  if (secrets === undefined) return headers
  const keys = keysIn(secrets)
  if (keys === null)
    throw new Refused('notice.secret_invalid', 'a signing secret is whsec_ and 24 to 64 bytes in base64')
  return { ...headers, 'webhook-signature': signatureOf(keys, { id, seconds, body }) }
}

function failureOf(error: unknown, url: URL, late: boolean): Error {
  if (error instanceof AddressForbidden)
    return new Refused('notice.address_refused', `${url.hostname}: ${error.message}; the host can be allowed`)
  const reason = late ? `no answer within ${answerWithinMs / 1000} s` : (error as Error).message
  return new ActivityFailure('notice.unreachable', `${url.host}: ${reason}`, { cause: error, retryable: true })
}

// The message itself is wrong, for this receiver: so will the next attempt be.
const final = [400, 405, 406, 411, 413, 414, 415, 422]

function statusOf({ status, retryAfter }: Answer, now: number): number {
  if (status >= 200 && status < 300) return status
  const said = `the receiver answered ${status}`
  if (status === 410) throw new Refused('notice.gone', said)
  if (status >= 300 && status < 400) throw new Refused('notice.redirected', `${said}; redirects are not followed`)
  if (final.includes(status)) throw new Refused('notice.refused', said)
  const retryAfterMs = patience(retryAfter, now)
  throw new ActivityFailure('notice.rejected', said, { retryable: true, ...(retryAfterMs && { retryAfterMs }) })
}

/** `Retry-After` in seconds or as a date; milliseconds. */
function patience(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 1000), longestRetryAfterMs)
}
