import { z } from 'zod'
import { Instant } from '../argv.ts'
import { NotificationTarget } from '../notification.ts'
import { EmittedEvent } from '../emitted-event.ts'

/** Sends one notice to one target. A refusal that will not pass is an outcome; the rest is retried by the runtime. */
export const NotifierInput = z.strictObject({
  /** Stable over all attempts: the `webhook-id`. */
  id: z.string(),
  target: NotificationTarget,
  directive: z.strictObject({ id: z.string(), title: z.string() }),
  at: Instant,
  event: EmittedEvent,
})
export type NotifierInput = z.infer<typeof NotifierInput>

/** The attempt that came to this, from 1. A failure has it, too. */
const Attempt = z.number().int().positive().optional()

export const NotifierOutput = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('sent'), at: Instant, status: z.number().int(), attempt: Attempt }),
  z.strictObject({
    outcome: z.literal('refused'),
    at: Instant,
    code: z.string(),
    reason: z.string(),
    attempt: Attempt,
  }),
])
export type NotifierOutput = z.infer<typeof NotifierOutput>
