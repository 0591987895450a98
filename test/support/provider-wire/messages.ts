import { argumentsOf, pieces, textOf, type Answer, type Sent, type Wire, type WireContext } from './answer.ts'

type Block = { type: 'text'; text: string } | { type: 'tool_use'; id: string; name: string; input: unknown }

function blocksOf(answer: Answer, n: number): Block[] {
  const text = textOf(answer) ?? answer.refusal
  const calls = (answer.calls ?? []).map((call, index) => ({
    type: 'tool_use' as const,
    id: `toolu_${n}_${index}`,
    name: call.name,
    input: JSON.parse(argumentsOf(call)),
  }))
  return [...(text === undefined || text === null ? [] : [{ type: 'text' as const, text }]), ...calls]
}

const stopReasonOf = ({ cut, calls, refusal }: Answer) =>
  cut ? 'max_tokens' : calls?.length ? 'tool_use' : refusal === undefined ? 'end_turn' : 'refusal'

const usageOf = ({ usage }: WireContext) => ({
  input_tokens: usage.in - usage.cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: usage.cached,
  output_tokens: usage.out,
})

const base = ({ n, model }: WireContext) => ({ id: `msg_${n}`, type: 'message', role: 'assistant', model })

const sent = (type: string, fields: object): Sent => ({ event: type, data: { type, ...fields } })

function blockEvents(block: Block, index: number): Sent[] {
  const [empty, deltas] =
    block.type === 'text'
      ? [{ ...block, text: '' }, pieces(block.text).map((text) => ({ type: 'text_delta', text }))]
      : [
          { ...block, input: {} },
          pieces(JSON.stringify(block.input)).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
        ]
  return [
    sent('content_block_start', { index, content_block: empty }),
    ...deltas.map((delta) => sent('content_block_delta', { index, delta })),
    sent('content_block_stop', { index }),
  ]
}

/** What Claude's command line speaks: https://docs.anthropic.com/en/api/messages */
export const messages: Wire = {
  body: (answer, context) => ({
    ...base(context),
    content: blocksOf(answer, context.n),
    stop_reason: stopReasonOf(answer),
    stop_sequence: null,
    usage: usageOf(context),
  }),
  events(answer, context) {
    const usage = usageOf(context)
    const message = { ...base(context), content: [], stop_reason: null, stop_sequence: null }
    return [
      sent('message_start', { message: { ...message, usage: { ...usage, output_tokens: 1 } } }),
      ...blocksOf(answer, context.n).flatMap(blockEvents),
      sent('message_delta', { delta: { stop_reason: stopReasonOf(answer), stop_sequence: null }, usage }),
      sent('message_stop', {}),
    ]
  },
  failure: (message, { type }) => ({ type: 'error', error: { type, message } }),
}
