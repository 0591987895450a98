import type { ModelAnswer, ModelPurpose } from '../activities/index.ts'
import type { ContentRef, Message } from '../conversation.ts'
import type { Failure } from '../failure.ts'
import type { Prices, RateLimitPolicy } from '../models.ts'

/** One question to a model, over all its fallbacks and waits. */
export type CompletionInput = {
  directiveId: string
  purpose: ModelPurpose
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

export type CompletionOutput =
  | { outcome: 'answered'; at: number; answer: ModelAnswer; workedMs: number }
  | { outcome: 'failed'; at: number; failure: Failure; workedMs: number }
