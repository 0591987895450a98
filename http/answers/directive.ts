import { z } from '@hono/zod-openapi'
import {
  AcceptanceCriterion,
  Autonomy,
  Limits,
  PlannerSource,
  Repository,
  Requirement,
  Thresholds,
} from '../../machines/index.ts'
import { ChainAnswer } from './chain.ts'
import { StepAnswer } from './step.ts'

const Instant = z.iso.datetime()
const Reason = z.object({ code: z.string(), reason: z.string() })

export const DirectiveState = z.enum(['draft', 'planning', 'active', 'paused', 'completed', 'failed'])

/** What every answer about an actor tells. */
export const Head = {
  state: z.string(),
  next: z.array(z.string()).describe('commands that some transition takes now'),
  seq: z.number().int().describe("the directive's last journal entry"),
}

const summary = {
  id: z.string(),
  title: z.string(),
  state: DirectiveState,
  detail: z.string().describe('the whole state as a path: active.work.working'),
  autonomy: Autonomy,
  planner: PlannerSource,
  createdAt: Instant.nullable(),
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  totals: z
    .object({
      costUsd: z.number(),
      unknownCosts: z.number().int().describe('costs that nobody knows: not in costUsd'),
      tokens: z.number().int(),
      wallTimeMs: z.number(),
    })
    .loose(),
  stepCounts: z.record(z.string(), z.number().int()),
  chainId: z.string().nullable(),
  chainGeneration: z.number().int(),
  waiting: z.boolean().describe('nothing moves before a person does something'),
  attention: Reason.nullable(),
  outcome: Reason.nullable(),
  resultBranch: z.string().nullable(),
  resultCommit: z.string().nullable(),
}

export const DirectiveSummary = z.looseObject(summary).openapi('DirectiveSummary')

export const DirectivePage = z.object({
  directives: z.array(DirectiveSummary),
  cursor: z.string().nullable().describe('`after` of the next page; null: there is none'),
})

export const DirectiveAnswer = z
  .looseObject({
    ...summary,
    goal: z.string(),
    repository: Repository.nullable(),
    requirements: z.array(Requirement),
    acceptanceCriteria: z.array(AcceptanceCriterion),
    thresholds: Thresholds,
    limits: Limits,
    next: Head.next,
    seq: Head.seq,
    chain: ChainAnswer.nullable(),
    steps: z.array(StepAnswer).describe('of the present chain'),
  })
  .openapi('Directive')

export const DirectiveHead = z.object({ id: z.string(), ...Head }).openapi('DirectiveHead')
