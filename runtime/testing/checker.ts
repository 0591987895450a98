import { checkActivities } from './checker-activities.ts'
import { checkJournals } from './checker-journal.ts'
import { checkMessages } from './checker-messages.ts'
import { checkOrder } from './checker-order.ts'
import { checkReplay } from './checker-replay.ts'
import { checkRest } from './checker-rest.ts'
import { checkSends } from './checker-sends.ts'
import { checkTimers } from './checker-timers.ts'
import { viewOf, type Violation } from './checker-view.ts'
import type { Evidence } from './workload-recording.ts'

export type { Violation }

const rules = [
  checkSends,
  checkOrder,
  checkJournals,
  checkReplay,
  checkTimers,
  checkActivities,
  checkMessages,
  checkRest,
] as const

/** All that is wrong with what was seen, in one sentence each; nothing when the guarantee was kept. Pure. */
export function check(evidence: Evidence): Violation[] {
  const view = viewOf(evidence)
  return rules.flatMap((rule) => rule(view))
}
