import { z } from '@hono/zod-openapi'
import { ContractBrief, Evaluation, Evidence, Level, StepType } from '../../machines/index.ts'

const Failure = z.looseObject({ code: z.string(), reason: z.string() })

export const StepAnswer = z
  .looseObject({
    id: z.string().describe('`<name>-g<generation>`'),
    name: z.string(),
    type: StepType,
    description: z.string(),
    generation: z.number().int(),
    chainId: z.string(),
    state: z.string(),
    detail: z.string(),
    dependsOn: z.array(z.string()),
    parallelGroup: z.string().nullable(),
    position: z.looseObject({ x: z.number(), y: z.number() }),
    executor: z.string(),
    contractId: z.string(),
    attempt: z.number().int(),
    reworkCount: z.number().int(),
    confidence: z.object({ score: z.number(), level: Level }).nullable(),
    summary: z.string().nullable(),
    blocked: Failure.nullable(),
    skipped: z.string().nullable(),
    commit: z.string().nullable(),
    mergeCommit: z.string().nullable(),
  })
  .openapi('Step')

export const StepList = z.object({ steps: z.array(StepAnswer) })

export const StepCommanded = StepAnswer.extend({ directiveId: z.string(), seq: z.number().int() })

export const StepDetails = StepAnswer.extend({
  directiveId: z.string(),
  seq: z.number().int(),
  next: z.array(z.string()),
  evaluation: Evaluation.nullable(),
  evaluationBefore: Evaluation.nullable().describe('of the attempt before'),
  evidence: Evidence.nullable(),
  instructions: z.string().nullable().describe('what the executor was told to do better'),
}).openapi('StepDetails')

export const ContractAnswer = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    stepId: z.string(),
    state: z.string(),
    executor: z.string(),
    attempt: z.number().int(),
    phase: z.string(),
    workspace: z.looseObject({ path: z.string() }).nullable(),
  })
  .openapi('Contract')

export const ContractDetails = ContractAnswer.extend({
  directiveId: z.string(),
  terms: ContractBrief.omit({ attempt: true, phase: true, instructions: true }).loose(),
  instructions: z.string().nullable(),
  evidence: Evidence.nullable(),
  failure: Failure.nullable(),
}).openapi('ContractDetails')

export const ContractList = z.object({ contracts: z.array(ContractAnswer) })
