import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { BrieferOutput, ContractBrief, ModelAnswer, ToolsOutput, Workspace } from '../activities/index.ts'
import type { BudgetReserve, BudgetSettle } from '../budget.ts'
import type { CompletionEnded, CompletionInput } from '../completion/schema.ts'
import type { ContentRef, Message } from '../conversation.ts'
import type { ModelExecutor } from '../executor.ts'
import type { Failure } from '../failure.ts'
import type { RateLimitPolicy } from '../models.ts'
import type { NoticeRaised, PersonAwaited } from '../notification.ts'

/** One attempt of a contract by a model with tools. */
export type AgentInput = {
  directiveId: string
  /** Its own within the system: `one-g1/contract/agent`. */
  address: string
  place: CompletionInput['place']
  /** Who does the work: can never answer a question about it. */
  executedBy: string
  contract: ContractBrief
  workspace: Workspace
  /** The conversation to go on from: of the attempt before, or of this one when it was interrupted. */
  session: ContentRef | null
  models: string[]
  limits: Pick<ModelExecutor, 'maxTurns' | 'maxTokens' | 'maxOutputTokens'>
  /** For the attempt; only what calls and tools took counts, no waiting. */
  timeoutMs: number
  onRateLimit: RateLimitPolicy
  /** The latest instant known to the contract. */
  at: number
}

export type AgentContext = AgentInput & {
  kind: 'agent'
  brief: BrieferOutput | null
  /** As far as it has come. */
  conversation: ContentRef | null
  /** Estimated, of the conversation. */
  conversationTokens: number
  /** Said by us, and not yet in the conversation. */
  append: Message[]
  answer: ModelAnswer | null
  /** What a tool `deliver` said. */
  summary: string | null
  turns: number
  /** Paid, in and out. */
  tokens: number
  workedMs: number
  /** Turns in a row that changed nothing. */
  idleTurns: number
  /** Answers in a row that called no tool. */
  silentTurns: number
  failure: Failure | null
  /** The latest instant known. */
  now: number
}

export type AgentEvent =
  | CompletionEnded
  | BudgetReserve
  | BudgetSettle
  | NoticeRaised
  | PersonAwaited
  | ActivityDone<'briefer', BrieferOutput>
  | ActivityError<'briefer'>
  | ActivityDone<'tools', ToolsOutput>
  | ActivityError<'tools'>
  | { type: 'xstate.error.actor.completion'; error: unknown; actorId: string }

/** To the contract, once, at the end. */
export type AgentEnded =
  | { type: 'agent.ended'; outcome: 'delivered'; at: number; summary: string; conversation: ContentRef }
  | { type: 'agent.ended'; outcome: 'failed'; at: number; failure: Failure }
