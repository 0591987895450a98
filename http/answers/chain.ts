import { z } from '@hono/zod-openapi'
import { Chain, PlannerSource } from '../../machines/index.ts'

const Difference = z
  .looseObject({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.string()),
  })
  .openapi('ChainDifference')

export const ChainAnswer = z
  .looseObject({
    id: z.string(),
    generation: z.number().int(),
    name: z.string(),
    source: PlannerSource,
    rationale: z.string().nullable(),
    planningModel: z.string().nullable(),
    reason: z.string().nullable().describe('why the chain before was given up; null for the first'),
    carriedOver: z.array(z.string()).describe('steps whose results were kept'),
    difference: Difference.nullable().describe('from the generation before; null for the first'),
    criticalPath: z.array(z.string()),
    supersededBy: z.string().nullable(),
    steps: z.number().int(),
  })
  .openapi('Chain')

export const ChainList = z.object({ chains: z.array(ChainAnswer) })
const Comparison = z
  .looseObject({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.string()),
    unchanged: z.array(z.string()),
    fields: z.record(z.string(), z.array(z.string())).describe('of each changed step what differs in its definition'),
  })
  .openapi('ChainComparison')

export const ChainWithDefinition = ChainAnswer.extend({
  definition: Chain,
  comparison: Comparison.optional(),
}).openapi('ChainWithDefinition')
