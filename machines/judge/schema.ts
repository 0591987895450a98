import type { BrieferOutput, JudgeBrief, ModelAnswer } from '../activities/index.ts'
import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { BudgetReserve, BudgetSettle } from '../budget.ts'
import type { Asking } from '../completion/asking.ts'
import type { CompletionEnded, CompletionInput } from '../completion/schema.ts'
import type { Judgement, JudgeVerdict } from '../evaluation/index.ts'
import type { RateLimitPolicy } from '../models.ts'
import type { NoticeRaised, PersonAwaited } from '../notification.ts'
import type { Problem } from '../problem.ts'

/** What is to be judged. */
export type JudgeTerms = {
  /** Of the judge within its system: `one-g1/judge`, `judge` for the final review. */
  address: string
  brief: JudgeBrief
  onRateLimit: RateLimitPolicy
  ledger: CompletionInput['ledger']
  place: CompletionInput['place']
  /** The latest instant known to whoever asks. */
  at: number
}

export type JudgeContext = Asking & {
  kind: 'judge'
  terms: Omit<JudgeTerms, 'at'>
  answer: ModelAnswer | null
  /** As far as they could be read; null: not at all. */
  verdicts: JudgeVerdict[] | null
  /** What is wrong with the answer; empty: it can be used as it is. */
  problems: Problem[]
  judgement: Judgement | null
}

export type JudgeEvent =
  | ActivityDone<'briefer', BrieferOutput>
  | ActivityError<'briefer'>
  | CompletionEnded
  | BudgetReserve
  | BudgetSettle
  | NoticeRaised
  | PersonAwaited
  | ActivityError<'completion'>

/** To whoever asked, once; also when it failed, with the reason in the judgement. */
export type JudgeNews = { type: 'judge.concluded'; at: number; judgement: Judgement }
