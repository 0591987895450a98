import { z } from '@hono/zod-openapi'
import { ContractBrief, DeliveryRef } from '../../machines/index.ts'

export const OfferList = z.object({
  offers: z.array(
    z
      .looseObject({
        for: z.enum(['worker', 'person']),
        contractId: z.string(),
        directiveId: z.string(),
        stepId: z.string(),
        name: z.string(),
        attempt: z.number().int(),
        since: z.string().describe('ISO 8601'),
        labels: z.array(z.string()).optional().describe('what a worker must have'),
        note: z.string().nullable().optional().describe('for the person'),
        path: z.string().optional().describe('where the person works, on the host'),
      })
      .openapi('Offer'),
  ),
})

export const ClaimAnswer = z
  .object({
    contract: ContractBrief.extend({ executor: z.looseObject({ kind: z.string() }) }),
    directiveId: z.string(),
    fence: z.number().int().describe('goes with everything that is said under this lease'),
    leaseMs: z.number().int().describe('a worker that is silent for longer has lost the contract'),
    timeoutMs: z.number().describe('for the whole attempt'),
    branch: z.string().nullable().describe('of the workspace, and in its bundle; null: there is no repository'),
    baseCommit: z.string().nullable().describe('what is delivered must be on top of it'),
    logBytes: z.number().int().describe('what the attempt has put out before: where its log goes on'),
  })
  .openapi('Claim')

export const LeaseAnswer = z.object({
  contractId: z.string(),
  state: z.string(),
  leaseMs: z.number().int().nullable().describe('null: there is no lease any more'),
})

export const UploadAnswer = DeliveryRef
