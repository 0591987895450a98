import { ActivityFailure } from '../../../runtime/index.ts'
import type { Execute } from '../executor.ts'

export const agent: Execute<'agent'> = ({ preset }) => {
  throw new ActivityFailure('executor.unavailable', `the agent ${preset} cannot be run yet`)
}
