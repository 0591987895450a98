import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Chain } from '../chain/schema.ts'
import { ContentRef } from '../conversation.ts'
import { AcceptanceCriterion, Limits, Repository, Requirement } from '../directive-file.ts'
import { Evidence } from '../evidence.ts'
import { Executor } from '../executor.ts'
import { ModelName, Prices } from '../models.ts'
import { PlanMenu } from '../planner/menu.ts'
import { VerifierResult } from '../verifier.ts'
import { ContractBrief } from './contractor.ts'
import { Subject } from './detector.ts'
import { Workspace } from './workspace.ts'

const about = { directiveId: z.string(), models: z.array(ModelName).min(1) }

/** For the planner: with what the repository is (tree, languages, detected verifiers, head of the README). */
export const PlanBrief = z.strictObject({
  ...about,
  purpose: z.literal('plan'),
  title: z.string(),
  goal: z.string(),
  requirements: z.array(Requirement),
  acceptanceCriteria: z.array(AcceptanceCriterion),
  limits: Limits,
  repository: Repository.nullable(),
  /** The executor the directive's file names, if any. */
  executor: Executor.nullable(),
  /** Models for executors of kind `model`; without any it is not offered. */
  agentModels: z.array(ModelName),
  generation: z.number().int().positive(),
  reason: z.string().nullable(),
  passedSteps: z.array(z.strictObject({ name: z.string(), description: z.string(), summary: z.string() })),
  failingStep: z.strictObject({ name: z.string(), summary: z.string(), instructions: z.string() }).nullable(),
  feedback: z.array(z.string()),
  /** The plan that was sent back with the last feedback. */
  proposal: Chain.nullable(),
  /** The chain before, when there was one. */
  before: Chain.nullable(),
})
export type PlanBrief = z.infer<typeof PlanBrief>

/** For the judge: the diff and the evidence only. */
export const JudgeBrief = z.strictObject({
  ...about,
  purpose: z.literal('judge'),
  goal: z.string(),
  /** null: the final review. */
  step: z.strictObject({ name: z.string(), description: z.string() }).nullable(),
  criteria: z.array(AcceptanceCriterion).min(1),
  subject: Subject,
  /** What the diff starts from; null: the directive's `baseRef`. */
  baseCommit: z.string().nullable(),
  evidence: Evidence.nullable(),
  programmatic: z.array(VerifierResult),
})
export type JudgeBrief = z.infer<typeof JudgeBrief>

/** For the built-in agent. On a rework the conversation goes on from `session`. */
export const AgentBrief = z.strictObject({
  ...about,
  purpose: z.literal('agent'),
  contract: ContractBrief,
  workspace: Workspace,
  session: ContentRef.nullable(),
})
export type AgentBrief = z.infer<typeof AgentBrief>

/** Composes what a model is asked, from the prompt files, and puts it into the content store. Calls no model. */
export const BrieferInput = z.discriminatedUnion('purpose', [PlanBrief, JudgeBrief, AgentBrief])
export type BrieferInput = z.infer<typeof BrieferInput>

/** Of a file the lines of its new version that the diff shows, as [first, last]; none for one that was deleted. */
export const Citable = z.record(z.string(), z.array(z.tuple([z.number().int(), z.number().int()])))
export type Citable = z.infer<typeof Citable>

export const BrieferOutput = z.strictObject({
  at: Instant,
  conversation: ContentRef,
  prompt: z.strictObject({ name: z.string(), version: z.string() }),
  /** Estimated tokens of the conversation: what a call reserves for its input. */
  tokens: z.number().int().nonnegative(),
  prices: Prices,
  /** What a judge may cite; empty otherwise. */
  citable: Citable,
  /** What a planner may choose from; null for the others. */
  menu: PlanMenu.nullable(),
})
export type BrieferOutput = z.infer<typeof BrieferOutput>
