import { short, type Row } from './identity.ts'
import { plain } from './terminal.ts'

type Labels = { labels: string[] }
type Person = { path: string; note: string | null }

/** Work that waits for somebody from outside: a worker, or a person. */
export type Offer = { directiveId: string; stepId: string; name: string; contractId: string } & (
  ({ for: 'worker' } & Labels) | ({ for: 'person' } & Person)
)

export const offerOf = ({ key, data }: Row): Offer => ({ ...(data as object), for: key }) as Offer

/** In a few words, beside the step's name. */
export function offerWords(offer: Offer): string {
  if (offer.for === 'person') return `waits for a person to do it in ${offer.path}`
  return `waits for a worker${offer.labels.length > 0 ? ` with ${offer.labels.join(', ')}` : ''}`
}

/** What is to be done, where, and how to say that it is done. */
export function offerLines(offer: Offer): string[] {
  const step = offer.stepId.replace(/-g\d+$/, '')
  const line = plain(`${step} ${offerWords(offer)}`)
  if (offer.for === 'worker') return [line]
  const note = offer.note ? plain(offer.note).trimEnd().split('\n') : []
  return [
    line,
    ...note.map((words) => `  | ${words}`),
    `  npx adjutant deliver ${short(offer.directiveId)} ${step} --message WORDS   (or --cannot WHY)`,
  ]
}
