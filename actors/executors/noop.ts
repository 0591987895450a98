import type { Execute } from './executor.ts'

/** Delivers at once. */
export const noop: Execute<'noop'> = (executor) =>
  Promise.resolve({
    ok: true,
    summary: executor.summary ?? 'Nothing was to be done.',
    log: { bytes: 0, tail: '' },
    session: null,
    costs: [],
  })
