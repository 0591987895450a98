import { argumentsOf, pieces, textOf, type Answer, type Sent, type Wire, type WireContext } from './answer.ts'

type Item = { id: string; type: string } & Record<string, any>

const contentOf = (answer: Answer): Record<string, any>[] => {
  const text = textOf(answer)
  return [
    ...(text === null ? [] : [{ type: 'output_text', text, annotations: [] }]),
    ...(answer.refusal === undefined ? [] : [{ type: 'refusal', refusal: answer.refusal }]),
  ]
}

function itemsOf(answer: Answer, n: number): Item[] {
  const content = contentOf(answer)
  const status = answer.cut ? 'incomplete' : 'completed'
  const message = { id: `msg_${n}`, type: 'message', role: 'assistant', status, content }
  const calls = (answer.calls ?? []).map((call, index) => ({
    id: `fc_${n}_${index}`,
    type: 'function_call',
    call_id: `call_${n}_${index}`,
    name: call.name,
    arguments: argumentsOf(call),
    status: 'completed',
  }))
  return [...(content.length > 0 ? [message] : []), ...calls]
}

const base = ({ n, model }: WireContext) => ({
  id: `resp_${n}`,
  object: 'response',
  created_at: 1,
  model,
  error: null,
  incomplete_details: null,
  parallel_tool_calls: true,
  tools: [],
  metadata: {},
})

const usageOf = ({ usage }: WireContext) => ({
  input_tokens: usage.in,
  input_tokens_details: { cached_tokens: usage.cached },
  output_tokens: usage.out,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.in + usage.out,
})

const body: Wire['body'] = (answer, context) => ({
  ...base(context),
  status: answer.cut ? 'incomplete' : 'completed',
  incomplete_details: answer.cut ? { reason: 'max_output_tokens' } : null,
  output: itemsOf(answer, context.n),
  usage: context.tellsUsage ? usageOf(context) : null,
})

const sent = (type: string, fields: object): Sent => ({ event: type, data: { type, ...fields } })

function messageEvents({ content, ...item }: Item, output_index: number): Sent[] {
  const place = { item_id: item.id, output_index }
  const parts = content.flatMap((part: Record<string, any>, content_index: number) => {
    const field = part['type'] === 'refusal' ? 'refusal' : 'text'
    const name = field === 'refusal' ? 'response.refusal' : 'response.output_text'
    return [
      sent('response.content_part.added', { ...place, content_index, part: { ...part, [field]: '' } }),
      ...pieces(part[field]).map((delta) => sent(`${name}.delta`, { ...place, content_index, delta, logprobs: [] })),
      sent(`${name}.done`, { ...place, content_index, [field]: part[field], logprobs: [] }),
      sent('response.content_part.done', { ...place, content_index, part }),
    ]
  })
  return [
    sent('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } }),
    ...parts,
    sent('response.output_item.done', { output_index, item: { ...item, content } }),
  ]
}

function callEvents(item: Item, output_index: number): Sent[] {
  const place = { item_id: item.id, output_index }
  const name = 'response.function_call_arguments'
  return [
    sent('response.output_item.added', { output_index, item: { ...item, arguments: '', status: 'in_progress' } }),
    ...pieces(item['arguments']).map((delta) => sent(`${name}.delta`, { ...place, delta })),
    sent(`${name}.done`, { ...place, arguments: item['arguments'] }),
    sent('response.output_item.done', { output_index, item }),
  ]
}

/** https://platform.openai.com/docs/api-reference/responses */
export const responses: Wire = {
  body,
  events(answer, context) {
    const begun = { ...base(context), status: 'in_progress', output: [], usage: null }
    const items = itemsOf(answer, context.n).flatMap((item, index) =>
      item.type === 'message' ? messageEvents(item, index) : callEvents(item, index),
    )
    const end = answer.cut ? 'response.incomplete' : 'response.completed'
    const all = [
      sent('response.created', { response: begun }),
      sent('response.in_progress', { response: begun }),
      ...items,
      sent(end, { response: body(answer, context) }),
    ]
    return all.map(({ event, data }, sequence_number) => ({
      event: event!,
      data: { ...(data as object), sequence_number },
    }))
  },
  failure: (message, { type, code }) => ({ error: { message, type, code, param: null } }),
}
