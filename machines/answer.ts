/** Outermost JSON of an answer: models wrap it in fences and words however firmly they are told not to. */
export const jsonIn = (text: string): unknown => {
  for (const part of [text, text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)]) {
    try {
      return JSON.parse(part) as unknown
    } catch {
      continue
    }
  }
  return undefined
}

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What an answer that is no JSON object at all is told. */
export const notAnObject = (text: string) => ({
  code: 'answer.not_json',
  path: [],
  message: text.trim() === '' ? 'the answer is empty' : 'the answer is no JSON object',
  suggestion: 'answer with one JSON object and nothing else: no prose before or after it, no code fence',
})
