import { createHash } from 'node:crypto'

/** Text by others, on its way to a model: what it is, and the text. */
export type Block = { name: string; text: string; about?: Record<string, string> }

// Characters that a person does not see and a model reads: controls but tab and line end, marks that reorder what is
// shown, tags (U+E0000, a whole alphabet), joiners of nothing, lone surrogates.
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0e\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu

// Where a model's chat template is applied to plain text (llama.cpp, vLLM), these would begin a message of their own.
const templateMarks =
  /<(?=\|[^\s|<>]{1,60}\|>|｜)|<(?=\/?(?:start_of_turn|end_of_turn|s|bos|eos|tool_call|tool_response)>)|\[(?=\/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])/g

/** Text in which nothing is hidden and nothing is a mark of a chat template. Ordinary text stays as it is. */
export const visible = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(unseen, (found) => `\\u{${found.codePointAt(0)!.toString(16)}}`)
    .replaceAll(templateMarks, (found) => `${found}\\`)

/** The first characters of a text, and how much was left out. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}\n[… ${text.length - most} more characters]`

/** The end of a text, and how much was left out. */
export const lastOf = (text: string, most: number): string =>
  text.length <= most ? text : `[${text.length - most} characters before …]\n${text.slice(-most)}`

/**
 * A word that occurs in none of the texts and that their authors cannot have known: `seed` is ours, and all that they
 * wrote goes into it. The same texts and seed give the same word, so an activity that runs again says the same.
 */
export function nonceFor(seed: string, texts: readonly string[]): string {
  for (let round = 0; ; round++) {
    const hash = createHash('sha256').update(JSON.stringify([seed, round, texts]))
    const nonce = hash.digest('hex').slice(0, 16)
    if (!texts.some((text) => text.includes(nonce))) return nonce
  }
}

/** The block between its marks. */
export const delimited = (nonce: string, { name, text, about = {} }: Block): string => {
  const said = Object.entries({ name, ...about }).map(([key, value]) => ` ${key}=${JSON.stringify(visible(value))}`)
  return `<data-${nonce}${said.join('')}>\n${visible(text)}\n</data-${nonce}>`
}
