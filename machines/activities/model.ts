import { z } from 'zod'
import { Instant } from '../argv.ts'
import { ContentRef, Message, ToolCall } from '../conversation.ts'
import { Cost } from '../cost.ts'
import { ModelName } from '../models.ts'

export const ModelPurpose = z.enum(['plan', 'judge', 'agent'])
export type ModelPurpose = z.infer<typeof ModelPurpose>

/**
 * One call of one model: never repeated once its answer is stored. Answers are written to the content store under the
 * activity's idempotency key as soon as they arrive, so that an attempt after a crash finds them. What passes (network,
 * 5xx, timeouts) is an ActivityFailure to be retried by the runtime; an attempt that finds that one before it was sent and
 * never answered adds a cost of `source: 'unknown'` for it, because the provider may have charged it.
 */
export const ModelInput = z.strictObject({
  directiveId: z.string(),
  purpose: ModelPurpose,
  model: ModelName,
  /** The last piece of the conversation. */
  conversation: ContentRef,
  /** What is said after it: an answer that could not be used, and what is wrong with it. */
  append: z.array(Message),
  maxOutputTokens: z.number().int().positive(),
  timeoutMs: z.number().positive(),
})
export type ModelInput = z.infer<typeof ModelInput>

export const ModelAnswer = z.strictObject({
  /** The model that answered, as the provider names it. */
  model: z.string(),
  text: z.string().nullable(),
  toolCalls: z.array(ToolCall),
  /** `length`: cut off at `maxOutputTokens`. `refused`: the model declined, in `text`. */
  finish: z.enum(['stop', 'length', 'tools', 'refused']),
})
export type ModelAnswer = z.infer<typeof ModelAnswer>

export const ModelOutput = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('answered'),
    at: Instant,
    answer: ModelAnswer,
    costs: z.array(Cost),
    durationMs: z.number().nonnegative(),
  }),
  /** The provider's rate limit: worth nothing before `resetAt`. */
  z.strictObject({
    outcome: z.literal('limited'),
    at: Instant,
    resetAt: Instant,
    reason: z.string(),
    costs: z.array(Cost),
  }),
  /** Will not get better by waiting: key refused, no such model, request too long, quota used up. */
  z.strictObject({
    outcome: z.literal('failed'),
    at: Instant,
    /** `model.unauthorized`, `model.unknown`, `model.request_refused`, `model.context_exceeded`, `model.quota_exceeded` … */
    code: z.string(),
    reason: z.string(),
    costs: z.array(Cost),
  }),
])
export type ModelOutput = z.infer<typeof ModelOutput>
