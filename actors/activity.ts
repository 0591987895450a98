import { z } from 'zod'
import { ActivityFailure, type ActivityContext, type ActivityRun, type RetryPolicy } from '../runtime/index.ts'
import { GitFailure } from './git/index.ts'
import type { Redact } from './redaction.ts'
import { sweepDeadOwners, sweepLeftovers } from './process/index.ts'
import type { Surroundings } from './surroundings.ts'

export type Hosted<Input, Output> = {
  run: ActivityRun<Input, Output>
  timeoutMs: number
  heartbeatMs: number
  retry: RetryPolicy
}

/** Silence after which an attempt counts as dead. Five beats fit in. */
const heartbeatMs = 20_000

const usualRetry: RetryPolicy = { maxAttempts: 4, initialMs: 500, factor: 3, maxMs: 30_000 }

/**
 * What all activities have in common: no earlier attempt's process is left when one starts, it is known to live while it
 * runs, and it fails with a code.
 */
export function activity<Input, Output>(
  surroundings: Surroundings,
  schema: z.ZodType<Input>,
  timeoutMs: number,
  run: (context: ActivityContext<Input>) => Promise<Output>,
  retry: RetryPolicy = usualRetry,
): Hosted<Input, Output> {
  return {
    timeoutMs,
    heartbeatMs,
    retry,
    run: async (context) => {
      await sweepDeadOwners(surroundings.home)
      if (context.attempt > 1) await sweepLeftovers(surroundings.home, context.idempotencyKey, context.attempt)
      try {
        return await beating(context, (signal) => run({ ...context, input: schema.parse(context.input), signal }))
      } catch (error) {
        context.signal.throwIfAborted()
        throw dated(withoutSecrets(asFailure(error), surroundings.redact), surroundings.now())
      }
    },
  }
}

/** Beats while `work` runs, and aborts it when a beat is refused: then another attempt is the current one. */
async function beating<T>(context: ActivityContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const refused = new AbortController()
  const beat = () => context.heartbeat().catch((error: unknown) => refused.abort(error))
  const timer = setInterval(() => void beat(), heartbeatMs / 5)
  try {
    return await work(AbortSignal.any([context.signal, refused.signal]))
  } finally {
    clearInterval(timer)
  }
}

const longestText = 4000

/**
 * What an error says is kept in the journal, with its fields and causes. git's hold what it printed, and addresses with
 * passwords in them are among that.
 */
function withoutSecrets(error: unknown, redact: Redact): unknown {
  if (!(error instanceof Error)) return error
  for (const name of ['message', ...Object.keys(error)]) {
    // Of some, such as DOMException, the message cannot be changed; those say nothing of ours.
    const { value, writable } = Object.getOwnPropertyDescriptor(error, name) ?? {}
    if (typeof value === 'string' && writable)
      (error as unknown as Record<string, unknown>)[name] = redact(value.slice(0, longestText))
  }
  withoutSecrets(error.cause, redact)
  return error
}

/** Machines have no clock: a failure tells them how late it is, as a result does. */
const dated = (error: unknown, at: number): unknown =>
  error instanceof Error && Object.isExtensible(error) ? Object.assign(error, { at }) : error

/** git and the file system fail for reasons that pass (locks, a full disk, a busy file): worth another attempt. */
function asFailure(error: unknown): unknown {
  if (error instanceof ActivityFailure) return error
  if (error instanceof GitFailure)
    return new ActivityFailure('git.failed', error.message, { cause: error, retryable: true })
  if (error instanceof z.ZodError)
    return new ActivityFailure('activity.input_invalid', z.prettifyError(error), { cause: error })
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (error instanceof Error && typeof code === 'string' && code.startsWith('E'))
    return new ActivityFailure('files.failed', error.message, { cause: error, retryable: true })
  return error
}
