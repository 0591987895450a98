import type { MiddlewareHandler } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { Problem } from './problem.ts'

/** So many requests a minute, after the token is checked: a bucket for all workers, and one for who may do everything. Counted per process. */
export const limitRate = (perMinute: number): MiddlewareHandler =>
  rateLimiter({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-7',
    keyGenerator: (c) => c.get('role') as string,
    handler: () => {
      throw new Problem(429, 'rate.exceeded', `More than ${perMinute} requests a minute`, {}, { 'retry-after': '60' })
    },
  })
