import { z } from '@hono/zod-openapi'
import { Notice, NotificationTarget } from '../../machines/index.ts'

export const NoticeState = z.enum(['sending', 'sent', 'refused', 'failed'])

export const NoticePage = z.object({
  notices: z.array(
    z
      .object({
        id: z.string().describe('within the directive'),
        directiveId: z.string(),
        event: Notice,
        message: z.string(),
        target: z.number().int().describe("its place in the directive's `notifications`, from 1"),
        kind: NotificationTarget.shape.kind.unwrap(),
        state: NoticeState.describe('`refused`: not repeated; `failed`: repeated for about a day, in vain'),
        attempts: z.number().int().nullable().describe('null: not known yet, or made by an older version'),
        requestedAt: z.iso.datetime(),
        endedAt: z.iso.datetime().nullable(),
        status: z.number().int().nullable().describe('of the answer that took it'),
        code: z.string().nullable(),
        reason: z.string().nullable().describe('why it was refused, or what went wrong last'),
      })
      .openapi('Notice'),
  ),
  cursor: z.string().nullable(),
})
