import { z } from 'zod'
import { Executor } from '../executor.ts'
import { Verifiers } from '../verifier.ts'

export const StepType = z.enum(['research', 'design', 'implement', 'test', 'review', 'document', 'operate'])
export type StepType = z.infer<typeof StepType>

/** kebab-case; told to editors here, checked with the rest of the chain so that every mistake is listed at once. */
export const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const Name = z.string().min(1).max(100).meta({ pattern: kebabCase.source })

/** What a step asks of its executor. */
export const ContractTerms = z.strictObject({
  /** A word for lists; default: the step's type. */
  type: z.string().min(1).optional(),
  /** The phases an executor may report, in order. */
  phases: z.array(z.string().min(1)).min(1).default(['plan', 'execute', 'verify']),
  /** Default: the first phase. Rework starts here again. */
  initialPhase: z.string().min(1).optional(),
  executor: Executor,
})
export type ContractTerms = z.infer<typeof ContractTerms>

export const Step = z.strictObject({
  name: Name,
  type: StepType,
  description: z.string().min(1),
  /** What the executor is told beyond the description. */
  taskPlan: z.string().optional(),
  /** Names of steps of the same chain that must have passed (or been skipped) before. */
  dependsOn: z.array(z.string()).default([]),
  /**
   * A label for drawing and for planners ("these belong together"). It neither orders nor excludes: what may run at the
   * same time is said by `dependsOn` and `maxParallelSteps` already, and a second rule could only contradict them.
   */
  parallelGroup: z.string().optional(),
  requirementIds: z.array(z.string()).default([]),
  acceptanceCriteriaIds: z.array(z.string()).default([]),
  contract: ContractTerms,
  verifiers: Verifiers.default('auto'),
  /** In a later generation: keep the result of the passed step of this name although its definition changed. */
  carryOver: z.boolean().optional(),
})
export type Step = z.infer<typeof Step>

/** A plan: a directed acyclic graph of steps. What holds between its parts is checked by `chainProblems`. */
export const Chain = z.strictObject({
  name: Name,
  description: z.string().optional(),
  steps: z.array(Step).min(1),
})
export type Chain = z.infer<typeof Chain>

export const PlannerSource = z.enum(['file', 'model', 'template'])
export type PlannerSource = z.infer<typeof PlannerSource>
