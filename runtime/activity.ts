/** What an attempt of an activity is given. It runs at least once; its result is applied at most once. */
export type ActivityContext<Input = unknown> = {
  input: Input
  /** Aborted when the activity was cancelled, timed out, lost its attempt, or this process closes. */
  signal: AbortSignal
  /** 1 for the first attempt. */
  attempt: number
  /** The same for all attempts of one activity, and for no other. */
  idempotencyKey: string
  /** Says that the attempt lives. Rejects once the attempt is no longer the current one. */
  heartbeat(): Promise<void>
  /** Delivers an event durably to the actor that invoked the activity; dropped when the attempt is no longer current. */
  report(event: { type: string; [key: string]: unknown }): Promise<void>
}

export type ActivityRun<Input = any, Output = unknown> = (context: ActivityContext<Input>) => Promise<Output>

/** `maxAttempts` counts failures; an attempt lost with its process is repeated up to `maxLost` times besides. */
export type RetryPolicy = {
  maxAttempts?: number
  initialMs?: number
  factor?: number
  maxMs?: number
  maxLost?: number
}

export type Activity<Input = any, Output = unknown> =
  | ActivityRun<Input, Output>
  | { run: ActivityRun<Input, Output>; timeoutMs?: number; heartbeatMs?: number; retry?: RetryPolicy }
