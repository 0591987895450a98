import type { Samples } from '../../../runtime/testing/index.ts'
import { approval } from './approval.ts'
import { agent, judge, planner } from './asking.ts'
import { chain } from './chain.ts'
import { completion } from './completion.ts'
import { contract } from './contract.ts'
import { courier } from './courier.ts'
import { directive } from './directive.ts'
import { step } from './step.ts'

/** What each machine of the domain may meet. */
export const samples: Record<string, Samples> = {
  directive,
  step,
  contract,
  planner,
  judge,
  agent,
  completion,
  approval,
  chain,
  courier,
}
