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

export const NotifierOutput = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('sent'), at: Instant, status: z.number().int() }),
  z.strictObject({ outcome: z.literal('refused'), at: Instant, code: z.string(), reason: z.string() }),
])
export type NotifierOutput = z.infer<typeof NotifierOutput>
