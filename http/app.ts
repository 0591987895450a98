import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { methodNotAllowed as refuseOtherMethods } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type { Runtime } from '../runtime/index.ts'
import { actors } from './actors.ts'
import { approvals } from './approvals.ts'
import { chains } from './chains.ts'
import { contracts } from './contracts.ts'
import { type DirectiveDefaults, noDefaults } from './creation.ts'
import { directives } from './directives.ts'
import { events } from './events.ts'
import { health } from './health.ts'
import type { ReadinessChecks } from './health.ts'
import { inspections } from './inspection.ts'
import { ledger } from './ledger.ts'
import { machines } from './machines.ts'
import { describeItself } from './openapi.ts'
import { notices } from './notices.ts'
import { pictures } from './pictures.ts'
import { errorHandler, methodNotAllowed, notFound } from './problem.ts'
import { limitRate } from './rate-limit.ts'
import { checkHost, checkOrigin, checkToken, refuseCouriers, refuseNul } from './security.ts'
import { steps } from './steps.ts'
import type { WorkTransfer } from './transfer.ts'
import { work } from './work.ts'
import type { TokenHash } from './token.ts'

export type AppOptions = {
  runtime: Runtime
  /** Of the bearer token that everything under `/v1` wants; see `openToken`. */
  tokenHash: TokenHash
  /** Of tokens that may only claim contracts and bring them back. Default: none. */
  workerTokenHashes?: readonly TokenHash[]
  /** Host headers answered to, exactly, with their port. */
  hosts: string[]
  /** Origins of pages that may call; a request without Origin is no page's. */
  origins: string[]
  /** How long a command may take to be processed before it is answered 202. Milliseconds, default 20,000. */
  answerWithinMs?: number
  /** What a directive gets whose file does not say. Default: no models, nobody to tell. */
  defaults?: DirectiveDefaults
  /** Of all callers together; beyond it they are answered 429. Default 3,000. */
  requestsPerMinute?: number
  /** How work gets to workers on other machines and back. Default: it does not. */
  transfer?: WorkTransfer
  /** Of one delivery. Default 256 MiB. */
  maxUploadBytes?: number
  /** Further conditions of `/readyz`. */
  readiness?: ReadinessChecks
  /** Told what nobody expected; default: the console. */
  log?: (error: unknown, requestId: string) => void
}

/** The API as a Hono app: `app.request()` in tests, `serveHttp` on a socket. */
export function createApp(options: AppOptions): OpenAPIHono {
  const { runtime, tokenHash, hosts, origins, readiness, answerWithinMs = 20_000, log = logToConsole } = options
  const { workerTokenHashes: workers = [] } = options
  const { defaults = noDefaults, requestsPerMinute = 3_000, transfer, maxUploadBytes = 256 * 1024 * 1024 } = options
  const app = new OpenAPIHono()
  app.onError(errorHandler(log))
  app.notFound(notFound)
  app.use(requestId(), secureHeaders({ strictTransportSecurity: false }), checkHost(hosts), checkOrigin(origins))
  app.use(
    '/v1/*',
    checkToken({ all: tokenHash, workers }),
    limitRate(requestsPerMinute),
    refuseNul,
    provide('answerWithinMs', answerWithinMs),
  )
  app.use(refuseOtherMethods({ app, onMethodNotAllowed: methodNotAllowed }))
  app.route('/', health({ ...checksOf(runtime), ...readiness }))
  app.use('/v1/directives/:id/*', refuseCouriers)
  app.route('/v1/directives', directives(runtime, defaults))
  app.route('/v1/directives/:id', actors(runtime))
  app.route('/v1/directives/:id/chains', chains(runtime))
  app.route('/v1/directives/:id/steps', steps(runtime))
  app.route('/v1/directives/:id/contracts', contracts(runtime))
  app.route('/v1/directives/:id/events', events(runtime))
  app.route('/v1/directives/:id/inspection', inspections(runtime))
  app.route('/v1/directives/:id/ledger', ledger(runtime))
  app.route('/v1/directives/:id', pictures(runtime))
  app.route('/v1/approvals', approvals(runtime))
  app.route('/v1/notices', notices(runtime))
  app.route('/v1/contracts', work(runtime, { transfer, maxUploadBytes }))
  app.route('/v1/machines', machines())
  describeItself(app)
  return app
}

const provide =
  (name: string, value: unknown): MiddlewareHandler =>
  async (c, next) => {
    c.set(name as never, value as never)
    await next()
  }

const checksOf = (runtime: Runtime): ReadinessChecks => ({
  database: async () => void (await runtime.list('directive', { limit: 1 })),
  loops: async () => {
    if (!runtime.ready) throw new Error('the runtime is not started, or has lost its lease')
  },
})

function logToConsole(error: unknown, id: string): void {
  console.error(`request ${id} failed:`, error)
}
