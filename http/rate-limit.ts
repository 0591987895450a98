import type { MiddlewareHandler } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { Problem } from './problem.ts'

/** So many requests a minute, after the token is checked: there is one token, so it is one bucket. Counted per process. */
export const limitRate = (perMinute: number): MiddlewareHandler =>
  rateLimiter({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-7',
    keyGenerator: () => 'token',
    handler: () => {
      throw new Problem(429, 'rate.exceeded', `More than ${perMinute} requests a minute`, {}, { 'retry-after': '60' })
    },
  })
