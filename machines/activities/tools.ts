import { z } from 'zod'
import { Instant } from '../argv.ts'
import { ContentRef, Message } from '../conversation.ts'
import { ContractBrief } from './contractor.ts'
import { ModelAnswer } from './model.ts'
import { Workspace } from './workspace.ts'

/**
 * Carries out what the built-in agent asked for (list, read, search, write, patch, run, deliver), confined to the
 * workspace, and puts answer and results behind the conversation. What is asked for wrongly is told to the model.
 */
export const ToolsInput = z.strictObject({
  directiveId: z.string(),
  contract: ContractBrief,
  workspace: Workspace,
  conversation: ContentRef,
  /** What the model was told after the conversation, before its answer. */
  append: z.array(Message).default([]),
  answer: ModelAnswer,
  /** For all calls together. */
  timeoutMs: z.number().positive(),
})
export type ToolsInput = z.infer<typeof ToolsInput>

export const ToolsOutput = z.strictObject({
  at: Instant,
  conversation: ContentRef,
  /** Estimated tokens of the conversation as it is now. */
  tokens: z.number().int().nonnegative(),
  /** One line of what was done, for people who follow. */
  progress: z.string(),
  /** True when a file was changed or a command ran that never ran before: what watches for idling looks at it. */
  advanced: z.boolean(),
  /** The agent called the work finished; its summary. null: it goes on. */
  delivered: z.string().nullable(),
  durationMs: z.number().nonnegative(),
})
export type ToolsOutput = z.infer<typeof ToolsOutput>
