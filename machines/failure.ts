/** What is known of a failed activity or actor. */
export type Failure = { code: string; reason: string }

/** Reads an error event's `error`, which may have been stored and read again: an Error, its fields, or anything thrown. */
export const failureFrom = (error: unknown, code: string): Failure => {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown; message?: unknown }
  return {
    code: typeof fields.code === 'string' ? fields.code : code,
    reason: typeof fields.message === 'string' ? fields.message : String(error),
  }
}
