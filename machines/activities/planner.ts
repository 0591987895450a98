import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Chain, PlannerSource } from '../chain/schema.ts'
import { Cost } from '../cost.ts'
import { AcceptanceCriterion, Requirement } from '../directive-file.ts'
import { Executor } from '../executor.ts'
import { Problem } from '../problem.ts'

/** Proposes a chain. The directive checks it; a planner can neither approve nor spend nor change limits. */
export const PlannerInput = z.strictObject({
  directiveId: z.string(),
  source: PlannerSource,
  title: z.string(),
  goal: z.string(),
  requirements: z.array(Requirement),
  acceptanceCriteria: z.array(AcceptanceCriterion),
  /** The chain given by a person: source `file` proposes exactly this one. */
  chain: Chain.nullable(),
  /** For the steps of a `template`. */
  executor: Executor.nullable(),
  /** The generation this chain will be, from 1. */
  generation: z.number().int().positive(),
  /** Why the chain before was given up; null for the first one. */
  reason: z.string().nullable(),
  /** Passed steps of the chain before: their results can be kept by naming them again unchanged, or with `carryOver`. */
  passedSteps: z.array(z.strictObject({ name: z.string(), description: z.string(), summary: z.string() })),
  /** The step that led here, with its last evaluation in words. */
  failingStep: z.strictObject({ name: z.string(), summary: z.string(), instructions: z.string() }).nullable(),
  /** What persons asked for when they requested changes to a plan, oldest first. */
  feedback: z.array(z.string()),
  /** What was wrong with the proposal before this one. */
  problems: z.array(Problem),
})
export type PlannerInput = z.infer<typeof PlannerInput>

export const PlannerOutput = z.strictObject({
  at: Instant,
  chain: Chain,
  source: PlannerSource,
  rationale: z.string().optional(),
  planningModel: z.string().optional(),
  costs: z.array(Cost),
})
export type PlannerOutput = z.infer<typeof PlannerOutput>
