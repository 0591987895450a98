import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { ModelAnswer, ModelOutput, ModelPurpose } from '../activities/index.ts'
import type { ApprovalResolved } from '../approval/schema.ts'
import type { BudgetAnswer } from '../budget.ts'
import type { ContentRef, Message } from '../conversation.ts'
import type { Cost, LedgerEntry } from '../cost.ts'
import type { Failure } from '../failure.ts'
import type { Prices, RateLimitPolicy } from '../models.ts'
import type { NoticeRaised } from '../notification.ts'

/** One question to a model, over all its fallbacks and waits. */
export type CompletionInput = {
  directiveId: string
  /** Its own within the system: `one-g1/contract/agent/completion`. */
  address: string
  purpose: ModelPurpose
  /** What the calls are booked under, beside the purpose. */
  ledger: Pick<LedgerEntry, 'step' | 'attempt'>
  /** Of what it emits and asks. */
  place: { chainId?: string; stepId?: string }
  /** Who can never answer a question it asks. */
  executors: string[]
  /** In the order of preference. */
  models: string[]
  prices: Prices
  conversation: ContentRef
  append: Message[]
  /** Estimated, of conversation and `append`. */
  tokens: number
  maxOutputTokens: number
  /** For one call. */
  timeoutMs: number
  onRateLimit: RateLimitPolicy
  /** The latest instant known to whoever asks. */
  at: number
}

export type CompletionContext = CompletionInput & {
  kind: 'completion'
  /** Models not yet given up; the first is the one that is asked. */
  left: string[]
  answer: ModelAnswer | null
  /** What was wrong with each model given up. */
  failures: (Failure & { model: string })[]
  /** The provider's limit that is waited for; null: none. */
  limit: { resetAt: number; reason: string } | null
  /** Times in a row that a limit was met. */
  parks: number
  costs: Cost[]
  workedMs: number
  /** Id of the approval's actor while it is open. */
  openApproval: string | null
  /** The latest instant known. */
  now: number
}

export type CompletionEvent =
  BudgetAnswer | ApprovalResolved | NoticeRaised | ActivityDone<'model', ModelOutput> | ActivityError<'model'>

/** `costs` are for whoever limits tokens: they have been settled. `workedMs`: what the calls took, without any waiting. */
export type CompletionOutput =
  | { outcome: 'answered'; at: number; answer: ModelAnswer; costs: Cost[]; workedMs: number }
  | { outcome: 'failed'; at: number; failure: Failure; costs: Cost[]; workedMs: number }

/** To whoever asked, once, at the end. */
export type CompletionEnded = { type: 'completion.ended' } & CompletionOutput
