import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Chain } from '../chain/schema.ts'
import type { ApprovalCommand } from '../commands.ts'
import { Limits } from '../directive-file.ts'

export const ApprovalType = z.enum([
  'plan_review',
  'step_review',
  'chain_stuck',
  'limit_exceeded',
  'rate_limited',
  'completion_review',
])
export type ApprovalType = z.infer<typeof ApprovalType>

/** A question to a person, as the one who asks puts it. */
export const ApprovalRequest = z.strictObject({
  /** `<directive>:<address, its slashes as colons>`: `019…:implement-g1:approval-1`. */
  id: z.string(),
  type: ApprovalType,
  question: z.string(),
  /** What the person needs to decide: evaluation, diff, output; a few kB. */
  facts: z.record(z.string(), z.unknown()),
  /** What may be chosen when approving; the first is taken when none is named. */
  choices: z.array(z.string()).min(1),
  /** Choices that need a chain with them. */
  choicesWithChain: z.array(z.string()),
  /** Choices that need a comment: the reason for which something below green is accepted. */
  choicesWithReason: z.array(z.string()),
  /** Whether changes may be requested instead. */
  allowsChanges: z.boolean(),
  urgency: z.enum(['low', 'medium', 'high', 'critical']),
  requestedAt: Instant,
  /** Then it expires, which denies; null: it waits for ever. */
  expiresAt: Instant.nullable(),
  /** Who executed the contract in question: they can never answer. */
  executors: z.array(z.string()),
  chainId: z.string().optional(),
  stepId: z.string().optional(),
})
export type ApprovalRequest = z.infer<typeof ApprovalRequest>

export const ApprovalDecision = z.enum(['approved', 'changes_requested', 'denied', 'expired', 'withdrawn'])
export type ApprovalDecision = z.infer<typeof ApprovalDecision>

/** The first and only answer. */
export const ApprovalAnswer = z.strictObject({
  decision: ApprovalDecision,
  /** null unless approved. */
  choice: z.string().nullable(),
  /** null: nobody answered (expired, withdrawn). */
  respondedBy: z.string().nullable(),
  comment: z.string().nullable(),
  resolvedAt: Instant,
  chain: Chain.optional(),
  limits: Limits.pick({ maxTotalCostUsd: true, maxWallTimeMinutes: true }).optional(),
})
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>

export type ApprovalContext = { kind: 'approval'; request: ApprovalRequest; answer: ApprovalAnswer | null }

/** From whoever asked, when the question is no longer open. */
export type ApprovalWithdraw = { type: 'approval.withdraw'; at: number }
export type ApprovalEvent = ApprovalCommand | ApprovalWithdraw

/** To whoever asked. */
export type ApprovalResolved = { type: 'approval.resolved'; id: string; at: number; answer: ApprovalAnswer }

/** Why this command would not be taken, as a code; null: it would. The machine's guards and the API ask the same. */
export const approvalRefusal = (
  { request, answer }: Pick<ApprovalContext, 'request' | 'answer'>,
  command: ApprovalCommand,
): string | null => {
  if (answer !== null) return 'approval.resolved'
  if (request.executors.includes(command.by)) return 'approval.own_work'
  if (command.type === 'approval.request_changes') return request.allowsChanges ? null : 'approval.changes_not_offered'
  if (command.type === 'approval.deny') return null
  const choice = command.choice ?? request.choices[0]!
  if (!request.choices.includes(choice)) return 'approval.unknown_choice'
  if (request.choicesWithChain.includes(choice) && !command.chain) return 'plan.unchanged'
  if (request.choicesWithReason.includes(choice) && !command.comment?.trim()) return 'approval.reason_missing'
  return request.type === 'limit_exceeded' && !command.limits ? 'approval.limits_missing' : null
}
