import { ActivityFailure } from '../../runtime/index.ts'
import type { Execute } from './executor.ts'

/** A person has worked in the workspace; what is left is to keep what that one says of it. */
export const human: Execute<'human'> = (_, { context }) => {
  const { handover } = context.input
  if (!handover) throw new ActivityFailure('contract.undelivered', 'nobody has delivered this contract')
  return Promise.resolve({
    ok: true,
    summary: handover.summary,
    ...(handover.by !== null && { by: handover.by }),
    log: { bytes: 0, tail: '' },
    session: null,
    costs: [],
  })
}
