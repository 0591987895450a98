import { z } from 'zod'
import { DeliveryRef } from './activities/contractor.ts'
import { Instant } from './argv.ts'
import { Chain } from './chain/schema.ts'
import { Spending } from './cost.ts'
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

/** Of the lease under which a worker speaks: with a number that is no longer the contract's nothing is accepted. */
const fence = z.number().int().positive()

/** To a contract (address `<step>-g<generation>/contract`): of workers, and of persons who do the work themselves. */
export const contractCommands = {
  'contract.claim': z.strictObject({
    type: z.literal('contract.claim'),
    ...sent,
    /** The worker's name. */
    by: z.string().min(1).max(200),
    /** What it is capable of. */
    labels: z.array(z.string()).max(100).default([]),
    /** Names this claim: the one in the contract's lease has won. */
    claim: z.string().min(1).max(200),
  }),
  'contract.heartbeat': z.strictObject({
    type: z.literal('contract.heartbeat'),
    ...sent,
    fence,
    phase: z.string().max(200).optional(),
    message: z.string().max(500).optional(),
    percent: z.number().min(0).max(100).optional(),
    /** How long the attempt's log is by now. */
    logBytes: z.number().int().nonnegative().optional(),
    spent: Spending.optional(),
  }),
  'contract.deliver': z.strictObject({
    type: z.literal('contract.deliver'),
    ...sent,
    /** A person has none. */
    fence: fence.optional(),
    delivery: DeliveryRef.nullable().default(null),
    summary: z.string().max(4000).default(''),
    spent: Spending.optional(),
  }),
  'contract.fail': z.strictObject({
    type: z.literal('contract.fail'),
    ...sent,
    fence: fence.optional(),
    code: z
      .string()
      .regex(/^[a-z_]+\.[a-z_]+$/, 'a code is noun.problem')
      .max(100)
      .default('executor.failed'),
    reason: z.string().min(1).max(4000),
    exitCode: z.number().int().nullable().default(null),
    /** The end of what was put out, for whoever tries again. */
    outputTail: z.string().max(4000).default(''),
    spent: Spending.optional(),
  }),
  /** Gives the contract back: it is offered to others at once. */
  'contract.release': z.strictObject({
    type: z.literal('contract.release'),
    ...sent,
    fence,
    spent: Spending.optional(),
  }),
} as const

type Sent<T extends Record<string, z.ZodType>> = { [K in keyof T]: z.infer<T[K]> }[keyof T]
export type DirectiveCommand = Sent<typeof directiveCommands>
export type ContractCommand = Sent<typeof contractCommands>
export type StepCommand = Sent<typeof stepCommands>
export type ApprovalCommand = Sent<typeof approvalCommands>
