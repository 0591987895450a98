/**
 * A request that must not be repeated as it is: the caller has to react. Codes are `noun.problem`.
 * `retryAfterMs`: nothing is wrong with it, and it may be repeated unchanged after that time.
 */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly code: string
  readonly retryAfterMs: number | undefined
  constructor(code: string, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options)
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Why an attempt of an activity failed. `retryable` attempts are repeated while the retry policy allows. */
export class ActivityFailure extends Error {
  override readonly name = 'ActivityFailure'
  readonly code: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  /** When the last attempt ended, milliseconds since 1970: filled in by whoever knows, at the latest by the runtime. */
  declare at?: number
  constructor(
    code: string,
    message: string,
    options: ErrorOptions & { retryable?: boolean; retryAfterMs?: number } = {},
  ) {
    super(message, options)
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
  }
}

/** A system that cannot run until a person has acted: it is parked with this reason, its mail kept. */
export class Defect extends Error {
  override readonly name = 'Defect'
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
