import { z } from 'zod'
import { Instant } from './argv.ts'
import { Chain } from './chain/schema.ts'
import { DirectiveFile, Limits } from './directive-file.ts'

/**
 * What persons send. `by` is who ('user' when nobody is named), `at` when: the door that takes a command (HTTP, command
 * line) fills it in, since machines have no clock. Without `at` a command counts as simultaneous with the last fact known.
 */
const sent = { by: z.string().min(1).optional(), at: Instant.optional() }

/** New limits a person grants; what is not named stays. */
const RaisedLimits = Limits.pick({ maxTotalCostUsd: true, maxWallTimeMinutes: true })

// Not `partial()`: it would fill in the defaults of every field that is not named, and so reset them.
const Changes = z.strictObject(
  Object.fromEntries(
    Object.entries(DirectiveFile.shape).map(([name, field]) => [
      name,
      (field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : field).optional(),
    ]),
  ),
) as z.ZodType<Partial<DirectiveFile>>

/** To the directive itself (address ''). */
export const directiveCommands = {
  'directive.update': z.strictObject({
    type: z.literal('directive.update'),
    ...sent,
    /** The fields to replace, whole. Only in draft. */
    changes: Changes,
  }),
  'directive.start': z.strictObject({ type: z.literal('directive.start'), ...sent }),
  'directive.pause': z.strictObject({
    type: z.literal('directive.pause'),
    ...sent,
    mode: z.enum(['drain', 'interrupt']).default('drain'),
  }),
  'directive.resume': z.strictObject({ type: z.literal('directive.resume'), ...sent }),
  'directive.stop': z.strictObject({ type: z.literal('directive.stop'), ...sent, reason: z.string().default('') }),
  'directive.replan': z.strictObject({
    type: z.literal('directive.replan'),
    ...sent,
    reason: z.string().min(1),
    /** Needed with planner source `file` or `template`, else refused with `plan.unchanged`. */
    chain: Chain.optional(),
  }),
} as const

/** To a step (address `<step>-g<generation>`), while it is blocked. */
export const stepCommands = {
  'step.retry': z.strictObject({ type: z.literal('step.retry'), ...sent, comment: z.string().optional() }),
  'step.skip': z.strictObject({ type: z.literal('step.skip'), ...sent, reason: z.string().default('') }),
  'step.approve': z.strictObject({ type: z.literal('step.approve'), ...sent, reason: z.string().min(1) }),
} as const

const answered = { ...sent, by: z.string().min(1), comment: z.string().optional() }

/** To an approval, at its own address. Refused (ignored by the machine) once it is resolved: `approvalRefusal` says why. */
export const approvalCommands = {
  'approval.approve': z.strictObject({
    type: z.literal('approval.approve'),
    ...answered,
    /** One of the approval's choices; default the first. */
    choice: z.string().optional(),
    /** plan_review: the edited chain. Choice `replan` with source `file` or `template`: the new chain. */
    chain: Chain.optional(),
    /** limit_exceeded: the new limits. */
    limits: RaisedLimits.optional(),
  }),
  'approval.request_changes': z.strictObject({
    type: z.literal('approval.request_changes'),
    ...answered,
    comment: z.string().min(1),
  }),
  'approval.deny': z.strictObject({ type: z.literal('approval.deny'), ...answered }),
} as const

type Sent<T extends Record<string, z.ZodType>> = { [K in keyof T]: z.infer<T[K]> }[keyof T]
export type DirectiveCommand = Sent<typeof directiveCommands>
export type StepCommand = Sent<typeof stepCommands>
export type ApprovalCommand = Sent<typeof approvalCommands>
