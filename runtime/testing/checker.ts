import type { Evidence } from './workload-recording.ts'

/** What the guarantee does not allow. `rule` is `noun.problem`. */
export type Violation = { rule: string; sentence: string; system?: string; seq?: number }

/** All that is wrong with what was seen. Pure; nothing when the guarantee was kept. */
export function check(_evidence: Evidence): Violation[] {
  return []
}
