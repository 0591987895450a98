import { z } from '@hono/zod-openapi'
import { LedgerEntry } from '../../machines/index.ts'

export const LedgerAnswer = z
  .object({
    entries: z.array(LedgerEntry),
    totals: z.object({
      costUsd: z.number().describe('of what is known'),
      unknownCosts: z.number().int(),
      tokens: z.object({
        in: z.number().int(),
        out: z.number().int(),
        cached: z.number().int(),
        reasoning: z.number().int(),
      }),
      byModel: z.record(z.string(), z.number()).describe('dollars'),
      byStep: z.record(z.string(), z.number()).describe("dollars; '' is the directive's own: planning, final review"),
    }),
  })
  .openapi('Ledger')
