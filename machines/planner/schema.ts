import type { BrieferOutput, ModelAnswer, PlanBrief } from '../activities/index.ts'
import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { BudgetReserve, BudgetSettle } from '../budget.ts'
import type { Chain } from '../chain/schema.ts'
import type { Asking } from '../completion/asking.ts'
import type { CompletionEnded } from '../completion/schema.ts'
import type { Failure } from '../failure.ts'
import type { RateLimitPolicy } from '../models.ts'
import type { NoticeRaised, PersonAwaited } from '../notification.ts'
import type { Problem } from '../problem.ts'

/** What a plan is asked for with. */
export type PlannerTerms = {
  /** Of the planner within its system, `planner`. */
  address: string
  brief: PlanBrief
  onRateLimit: RateLimitPolicy
  chainId: string | null
  /** For the ledger: the how-manieth plan of the directive, from 1. */
  attempt: number
  /** The latest instant known to the directive. */
  at: number
}

export type PlannerContext = Asking & {
  kind: 'planner'
  terms: Omit<PlannerTerms, 'at'>
  answer: ModelAnswer | null
  proposal: Chain | null
  rationale: string
  /** What is wrong with the answer; empty: it is a sound plan. */
  problems: Problem[]
  failure: Failure | null
}

export type PlannerEvent =
  | ActivityDone<'briefer', BrieferOutput>
  | ActivityError<'briefer'>
  | CompletionEnded
  | BudgetReserve
  | BudgetSettle
  | NoticeRaised
  | PersonAwaited
  | ActivityError<'completion'>

/** To the directive, once. */
export type PlannerNews =
  | { type: 'plan.proposed'; at: number; chain: Chain; rationale: string; planningModel: string }
  | { type: 'plan.failed'; at: number; failure: Failure }
