import type { Activity, ActivityContext } from '../activity.ts'
import type { Clock } from '../clock.ts'
import { ActivityFailure } from '../failures.ts'

/** `flaky` fails its first attempt; `slow` takes `ms`; `talk` reports three times. */
export type JobInput = { job: string; how: 'succeed' | 'fail' | 'flaky' | 'slow' | 'talk'; ms: number }
export type JobResult = { job: string; key: string; attempt: number }

/** An attempt that was begun: no two may have the same key and number. */
export type BegunAttempt = { key: string; attempt: number; job: string }

/** The activity `job` that the workload's machines invoke. `begun` is told of every attempt. */
export function workloadActivities(
  clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>,
  begun: (attempt: BegunAttempt) => void = () => {},
): Record<'job', Activity<JobInput, JobResult>> {
  const run = async (context: ActivityContext<JobInput>): Promise<JobResult> => {
    const { input, attempt, idempotencyKey: key } = context
    begun({ key, attempt, job: input.job })
    if (input.ms > 0) await waited(clock, input.ms, context.signal)
    if (input.how === 'fail') throw new ActivityFailure('job.failed', 'as it was asked to')
    if (input.how === 'flaky' && attempt === 1)
      throw new ActivityFailure('job.flaky', 'as it was asked to', { retryable: true })
    if (input.how === 'talk') for (let part = 1; part <= 3; part++) await told(context, part)
    return { job: input.job, key, attempt }
  }
  return { job: { run, retry: { maxAttempts: 3, initialMs: 20, maxLost: 1_000_000 } } }
}

// A report that was lost with the connection is not this attempt's business.
const told = ({ report, input, attempt }: ActivityContext<JobInput>, part: number) =>
  report({ type: 'progress', job: input.job, attempt, part }).catch(() => {})

function waited(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clock.clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer: unknown = clock.setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
