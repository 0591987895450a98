import { z } from '@hono/zod-openapi'
import { ApprovalAnswer, ApprovalDecision, ApprovalType } from '../../machines/index.ts'

export const ApprovalView = z
  .looseObject({
    id: z.string(),
    directiveId: z.string(),
    type: ApprovalType,
    state: z.enum(['pending', ...ApprovalDecision.options]),
    question: z.string(),
    facts: z.record(z.string(), z.unknown()).describe('what the person needs to decide'),
    choices: z.array(z.string()),
    choicesWithChain: z.array(z.string()),
    choicesWithReason: z.array(z.string()),
    allowsChanges: z.boolean(),
    urgency: z.enum(['low', 'medium', 'high', 'critical']),
    requestedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    answer: ApprovalAnswer.extend({ resolvedAt: z.iso.datetime() }).nullable(),
  })
  .openapi('Approval')

export const ApprovalPage = z.object({ approvals: z.array(ApprovalView), cursor: z.string().nullable() })
