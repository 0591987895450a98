import { argumentsOf, pieces, textOf, type Answer, type Wire, type WireContext } from './answer.ts'

const partsOf = (answer: Answer) =>
  (answer.calls ?? []).map((call) => ({ functionCall: { name: call.name, args: JSON.parse(argumentsOf(call)) } }))

const finishOf = ({ cut, refusal }: Answer) => (cut ? 'MAX_TOKENS' : refusal === undefined ? 'STOP' : 'SAFETY')

// Unlike in others' words, thoughts are no part of the output.
const usageOf = ({ usage }: WireContext) => ({
  promptTokenCount: usage.in,
  candidatesTokenCount: usage.out - usage.reasoning,
  thoughtsTokenCount: usage.reasoning,
  cachedContentTokenCount: usage.cached,
  totalTokenCount: usage.in + usage.out,
})

const chunk = (parts: object[], context: WireContext, finish?: string) => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, ...(finish !== undefined && { finishReason: finish }) }],
  modelVersion: context.model,
  ...(context.tellsUsage && { usageMetadata: usageOf(context) }),
})

/** What Gemini's command line speaks: https://ai.google.dev/api/generate-content */
export const contents: Wire = {
  body: (answer, context) => chunk([{ text: textOf(answer) ?? '' }, ...partsOf(answer)], context, finishOf(answer)),
  events: (answer, context) => [
    ...pieces(textOf(answer) ?? '')
      .filter((text) => text !== '')
      .map((text) => ({ data: chunk([{ text }], context) })),
    { data: chunk(partsOf(answer), context, finishOf(answer)) },
  ],
  failure: (message, { type }) => ({ error: { code: 400, message, status: type.toUpperCase() } }),
}
