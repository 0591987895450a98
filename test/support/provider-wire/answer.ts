/** What a scripted answer says, in no provider's words yet. */
export type Answer = {
  /** An object is sent as JSON. */
  text?: string | object
  /** Arguments that are a string are sent as they are, so that they may be no JSON. */
  calls?: { name: string; arguments: unknown }[]
  refusal?: string
  /** Said to be cut off at the limit of tokens. */
  cut?: boolean
  usage?: Partial<Usage>
}

/** As the ledger counts: cached and reasoning tokens are part of `in` and `out`. */
export type Usage = { in: number; out: number; cached: number; reasoning: number }

/** One server-sent event. */
export type Sent = { event?: string; data: unknown }

/** An answer in the words of one API: in one piece, and as it streams. */
export type Wire = {
  body(answer: Answer, context: WireContext): object
  events(answer: Answer, context: WireContext): Sent[]
  failure(message: string, kind: { type: string; code: string | null }): object
}

export type WireContext = {
  /** Of the request, in ids. */
  n: number
  model: string
  usage: Usage
  /** Whether usage is told: some compatible servers do not. */
  tellsUsage: boolean
}

export const textOf = ({ text }: Answer): string | null =>
  text === undefined ? null : typeof text === 'string' ? text : JSON.stringify(text)

export const argumentsOf = (call: { arguments: unknown }): string =>
  typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)

/** Cut so that every streamed text comes in several pieces, and multi-byte characters and words are split. */
export function pieces(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 4))
  return text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? ['']
}
