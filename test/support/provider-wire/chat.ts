import { argumentsOf, pieces, textOf, type Answer, type Sent, type Wire, type WireContext } from './answer.ts'

const usageOf = ({ usage }: WireContext) => ({
  prompt_tokens: usage.in,
  completion_tokens: usage.out,
  total_tokens: usage.in + usage.out,
  prompt_tokens_details: { cached_tokens: usage.cached },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
})

const finishOf = ({ cut, calls }: Answer) => (cut ? 'length' : calls?.length ? 'tool_calls' : 'stop')

const callsOf = (answer: Answer, n: number) =>
  (answer.calls ?? []).map((call, index) => ({
    id: `call_${n}_${index}`,
    type: 'function',
    function: { name: call.name, arguments: argumentsOf(call) },
  }))

/** https://platform.openai.com/docs/api-reference/chat */
export const chat: Wire = {
  body(answer, context) {
    const toolCalls = callsOf(answer, context.n)
    const message = {
      role: 'assistant',
      content: textOf(answer),
      refusal: answer.refusal ?? null,
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    }
    return {
      id: `chatcmpl-${context.n}`,
      object: 'chat.completion',
      created: 1,
      model: context.model,
      choices: [{ index: 0, message, finish_reason: finishOf(answer), logprobs: null }],
      ...(context.tellsUsage && { usage: usageOf(context) }),
    }
  },

  events(answer, context) {
    const base = { id: `chatcmpl-${context.n}`, object: 'chat.completion.chunk', created: 1, model: context.model }
    const chunk = (delta: object, finish_reason: string | null = null): Sent => ({
      data: { ...base, choices: [{ index: 0, delta, finish_reason }] },
    })
    const text = textOf(answer)
    const calls = callsOf(answer, context.n).flatMap(({ function: { arguments: args, ...named }, ...call }, index) => [
      chunk({ tool_calls: [{ index, ...call, function: { ...named, arguments: '' } }] }),
      ...pieces(args).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ])
    return [
      chunk({ role: 'assistant', content: '' }),
      ...(text === null ? [] : pieces(text).map((content) => chunk({ content }))),
      ...(answer.refusal === undefined ? [] : pieces(answer.refusal).map((refusal) => chunk({ refusal }))),
      ...calls,
      chunk({}, finishOf(answer)),
      ...(context.tellsUsage ? [{ data: { ...base, choices: [], usage: usageOf(context) } }] : []),
      { data: '[DONE]' },
    ]
  },

  failure: (message, { type, code }) => ({ error: { message, type, code, param: null } }),
}
