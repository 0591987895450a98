import { ActivityFailure } from '../../runtime/index.ts'
import type { Execute } from './executor.ts'

/** The work was done turn by turn by the agent machine; what is left is to say what it said. */
export const model: Execute<'model'> = (_, { context }) => {
  const { concluded } = context.input
  if (concluded === null) throw new ActivityFailure('contract.unconcluded', 'the built-in agent has not done its work')
  return Promise.resolve({
    ok: true,
    summary: concluded.summary,
    session: null,
    costs: [],
    log: { bytes: 0, tail: '' },
  })
}
