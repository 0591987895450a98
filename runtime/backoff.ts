import type { ActivityAttempt } from '../db/index.ts'
import type { RetryPolicy } from './activity.ts'
import { ActivityFailure } from './failures.ts'

const DEFAULTS = { maxAttempts: 1, initialMs: 1_000, factor: 2, maxMs: 60_000, maxLost: 20 }

/** Failures count against `maxAttempts`; attempts that ended with their process, by crash or by grace, against `maxLost`. */
export function mayRetry(
  error: unknown,
  { attempt, lost }: Pick<ActivityAttempt, 'attempt' | 'lost'>,
  retry: RetryPolicy,
): boolean {
  if (error instanceof ActivityFailure && !error.retryable) return false
  return attempt - lost < (retry.maxAttempts ?? DEFAULTS.maxAttempts)
}

export const mayLoseAgain = (lost: number, retry: RetryPolicy): boolean => lost <= (retry.maxLost ?? DEFAULTS.maxLost)

/** Milliseconds until the next attempt: exponential, ten percent either way, or what the failure itself asked for. */
export function retryDelay(error: unknown, failures: number, retry: RetryPolicy, random: () => number): number {
  if (error instanceof ActivityFailure && error.retryAfterMs !== undefined) return Math.ceil(error.retryAfterMs)
  const { initialMs, factor, maxMs } = { ...DEFAULTS, ...retry }
  return Math.round(Math.min(initialMs * factor ** Math.max(0, failures - 1), maxMs) * (0.9 + 0.2 * random()))
}
