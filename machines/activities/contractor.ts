import { z } from 'zod'
import { Instant } from '../argv.ts'
import { StepType } from '../chain/schema.ts'
import { ContentRef } from '../conversation.ts'
import { Cost, Spending } from '../cost.ts'
import { AcceptanceCriterion, Requirement } from '../directive-file.ts'
import { Evidence } from '../evidence.ts'
import { Executor } from '../executor.ts'
import { Workspace } from './workspace.ts'

/** The agreement as its executor sees it (and finds it in ADJUTANT_CONTRACT_FILE). */
export const ContractBrief = z.strictObject({
  id: z.string(),
  /** `<directive's title> - <step>` */
  name: z.string(),
  type: z.string(),
  step: z.string(),
  stepType: StepType,
  generation: z.number().int().positive(),
  /** From 1; a rework adds one, an interruption does not. */
  attempt: z.number().int().positive(),
  phases: z.array(z.string()),
  phase: z.string(),
  /** The directive's goal. */
  goal: z.string(),
  /** The step's description and task plan. */
  plan: z.string(),
  /** What to do better than last time; null on the first attempt. */
  instructions: z.string().nullable(),
  executor: Executor,
  requirements: z.array(Requirement),
  acceptanceCriteria: z.array(AcceptanceCriterion),
})
export type ContractBrief = z.infer<typeof ContractBrief>

/** The work itself, in the content store: a git bundle, or a patch against the workspace as it was handed out. */
export const DeliveryRef = z.strictObject({ ...ContentRef.shape, kind: z.enum(['bundle', 'patch']) })
export type DeliveryRef = z.infer<typeof DeliveryRef>

/** What somebody outside brought, until it is taken over: commit and evidence. */
export const Handover = z.strictObject({
  /** null: nothing changed, or it lies in the workspace already. */
  delivery: DeliveryRef.nullable(),
  summary: z.string(),
  /** `worker:<name>`, or a person's name; null: nobody named. */
  by: z.string().nullable(),
})
export type Handover = z.infer<typeof Handover>

/**
 * Carries out one attempt of a contract. Reports `ContractReport` events while it works. A failure of the executor is an
 * outcome; ActivityFailure is for what is not the executor's fault. Silence and time limits are kept by the activity.
 */
export const ContractorInput = z.strictObject({
  directiveId: z.string(),
  contract: ContractBrief,
  workspace: Workspace,
  /** The agent's session to resume, as it was given back by the attempt before; null: a new one. */
  session: z.string().nullable(),
  timeoutMs: z.number().positive(),
  /** null: no idle limit. */
  idleMs: z.number().positive().nullable(),
  /** What the directive's budget leaves for it, in US dollars: agents that take a limit of their own are given it. */
  budgetUsd: z.number().nonnegative().nullable().default(null),
  /** For the executor `model`: the work is done by the agent machine, this closes it. */
  concluded: z.strictObject({ summary: z.string(), conversation: ContentRef }).nullable().default(null),
  /** For the executors `external` and `human`: the work is done, this takes it over. */
  handover: Handover.nullish(),
})
export type ContractorInput = z.infer<typeof ContractorInput>

export const ContractorOutput = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('delivered'),
    at: Instant,
    evidence: Evidence,
    session: z.string().nullable().default(null),
    /** What the executor's own way of telling says; not what is in `spent`. */
    costs: z.array(Cost),
    /** What the attempt has spent by its outbox. */
    spent: Spending.optional(),
  }),
  z.strictObject({
    outcome: z.literal('failed'),
    at: Instant,
    /** `executor.exited`, `executor.timed_out`, `executor.idle`, `executor.missing` … */
    code: z.string(),
    reason: z.string(),
    exitCode: z.number().int().nullable().default(null),
    /** The last 4 kB at most. */
    outputTail: z.string(),
    session: z.string().nullable().default(null),
    costs: z.array(Cost),
    spent: Spending.optional(),
  }),
])
export type ContractorOutput = z.infer<typeof ContractorOutput>

/** What a contractor reports through `ctx.report` while it works. */
export const ContractReport = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('contract.progress'),
    at: Instant,
    /** One line, at most 500 characters. Report at most one a second. */
    message: z.string(),
    percent: z.number().min(0).max(100).optional(),
  }),
  z.strictObject({ type: z.literal('contract.phase'), at: Instant, phase: z.string() }),
  /** The agent's session, as soon as it is known: a crash must not lose it. */
  z.strictObject({ type: z.literal('contract.session'), at: Instant, session: z.string() }),
  z.strictObject({ type: z.literal('contract.cost'), at: Instant, spent: Spending }),
])
export type ContractReport = z.infer<typeof ContractReport>
