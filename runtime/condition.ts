import type { EventObject } from 'xstate'
import type { Encoded } from './encoding.ts'

// A field of the stored event while it waits: no column of the mailbox is worth what few events have.
const field = 'runtime.ifSeq'

/** Holds an event to the entry after which alone it is to be delivered. */
export const conditioned = (event: EventObject, ifSeq: number | undefined): EventObject =>
  ifSeq === undefined ? event : { ...event, ...{ [field]: ifSeq } }

/** The entry that has to be the last one; undefined: any. */
export const conditionOf = (event: Encoded): number | undefined =>
  (event as { [field]?: number } | null)?.[field] ?? undefined

/** The event as its sender meant it, with its text. */
export function unconditioned<M extends { event: Encoded; text: string }>(mail: M): M {
  if (conditionOf(mail.event) === undefined) return mail
  const { [field]: _, ...event } = mail.event as { [key: string]: Encoded }
  return { ...mail, event, text: JSON.stringify(event) }
}
