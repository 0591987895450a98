import { z } from 'zod'

/** A JSON document in the content store of ADJUTANT_HOME, found by its hash. */
export const ContentRef = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
})
export type ContentRef = z.infer<typeof ContentRef>

export const ToolCall = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** JSON as the model wrote it: not parsed, not believed. */
  arguments: z.string(),
})
export type ToolCall = z.infer<typeof ToolCall>

export const Message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'user']), content: z.string() }),
  z.strictObject({ role: z.literal('assistant'), content: z.string().nullable(), toolCalls: z.array(ToolCall) }),
  z.strictObject({ role: z.literal('tool'), toolCallId: z.string(), content: z.string() }),
])
export type Message = z.infer<typeof Message>

const JsonSchema = z.record(z.string(), z.unknown())

/**
 * A piece of a conversation in the content store: what was said after `parent`, as a commit holds what was changed after
 * its parent. The first piece names the tools offered, or the shape the answer must have.
 */
export const ConversationPiece = z.strictObject({
  parent: ContentRef.nullable(),
  messages: z.array(Message),
  tools: z.array(z.strictObject({ name: z.string(), description: z.string(), parameters: JsonSchema })).optional(),
  /** A JSON Schema for the answer, and the name it is sent under. */
  answer: z.strictObject({ name: z.string(), schema: JsonSchema }).optional(),
})
export type ConversationPiece = z.infer<typeof ConversationPiece>
