import type OpenAI from 'openai'
import type { Message, ToolCall } from '../../machines/index.ts'
import { Garbled, sendableArguments, type Dialect, type Heard, type Question } from './question.ts'

type Chunk = OpenAI.ChatCompletionChunk
type Params = OpenAI.ChatCompletionCreateParamsStreaming

/** Chat completions: what every compatible server has. */
export const chat: Dialect = async (client, question, { signal, heard }) => {
  const stream = await client.chat.completions.create(paramsOf(question), { signal })
  const gathered = gathering(question.model)
  for await (const chunk of stream) heard(gathered.take(chunk))
  return gathered.answer()
}

function paramsOf(question: Question): Params {
  const { model, tools, abilities, maxOutputTokens } = question
  const format = formatOf(question)
  return {
    model,
    messages: question.messages.map(messageOf),
    stream: true,
    [abilities.limitField]: maxOutputTokens,
    ...(abilities.streamUsage && { stream_options: { include_usage: true } }),
    ...(tools && tools.length > 0 && { tools: tools.map((tool) => ({ type: 'function', function: tool })) }),
    ...(format && { response_format: format }),
  }
}

function formatOf({ answer, format }: Question): Params['response_format'] {
  if (!answer || format === 'none') return undefined
  return format === 'json_object'
    ? { type: 'json_object' }
    : { type: 'json_schema', json_schema: { ...answer, strict: true } }
}

function messageOf(message: Message): OpenAI.ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
  if (message.role !== 'assistant') return message
  const { content, toolCalls } = message
  if (toolCalls.length === 0) return { role: 'assistant', content: content ?? '' }
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: sendableArguments(text) },
  }))
  return { role: 'assistant', content, tool_calls: calls }
}

/** Puts the answer together from its pieces. */
function gathering(model: string) {
  const calls = new Map<number, ToolCall>()
  const said = { model, text: null as string | null, refusal: null as string | null, end: null as string | null }
  let usage: UsageOfChat | null = null
  return {
    /** The text that a chunk brings. */
    take(chunk: Chunk): string {
      said.model = chunk.model || said.model
      usage = (chunk.usage as UsageOfChat | null | undefined) ?? usage
      const choice = chunk.choices?.[0]
      if (!choice) return ''
      said.end = choice.finish_reason ?? said.end
      const { content, refusal, tool_calls } = choice.delta ?? {}
      if (content) said.text = (said.text ?? '') + content
      if (refusal) said.refusal = (said.refusal ?? '') + refusal
      return [content, refusal, ...(tool_calls ?? []).map((piece) => takeCall(calls, piece))].join('')
    },
    answer(): Heard {
      // A connection that is closed in the middle ends a stream as its end does.
      if (said.end === null) throw new Garbled('the stream ended before the answer did')
      const toolCalls = [...calls.values()]
      const finish = finishOf(said, toolCalls)
      const text = finish === 'refused' ? (said.refusal ?? said.text) : said.text
      return { model: said.model, text, toolCalls, finish, ...countedIn(usage) }
    },
  }
}

type CallPiece = NonNullable<Chunk['choices'][number]['delta']['tool_calls']>[number]

/** Some servers leave the index out and send whole calls, some leave the id out. */
function takeCall(calls: Map<number, ToolCall>, { index, id, function: called }: CallPiece): string {
  const at = index ?? calls.size
  const call = calls.get(at) ?? { id: id || `call_${at}`, name: '', arguments: '' }
  const piece = called?.arguments ?? ''
  calls.set(at, { ...call, name: call.name || (called?.name ?? ''), arguments: call.arguments + piece })
  return piece
}

function finishOf(
  { refusal, end }: { refusal: string | null; end: string | null },
  calls: ToolCall[],
): Heard['finish'] {
  if (refusal !== null || end === 'content_filter') return 'refused'
  if (end === 'length') return 'length'
  return calls.length > 0 ? 'tools' : 'stop'
}

type UsageOfChat = OpenAI.CompletionUsage & { cost?: unknown; is_byok?: unknown }

function countedIn(usage: UsageOfChat | null): Pick<Heard, 'usage' | 'usd'> {
  if (usage === null || !Number.isFinite(usage.prompt_tokens)) return { usage: null, usd: null }
  const tokens = {
    in: usage.prompt_tokens,
    out: usage.completion_tokens ?? 0,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  }
  // OpenRouter's; with one's own key it is only their fee.
  const usd = typeof usage.cost === 'number' && usage.cost >= 0 && usage.is_byok !== true ? usage.cost : null
  return { usage: tokens, usd }
}
