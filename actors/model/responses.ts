import type OpenAI from 'openai'
import type { Message, ToolCall } from '../../machines/index.ts'
import { Garbled, sendableArguments, type Dialect, type Heard, type Question } from './question.ts'

type Params = OpenAI.Responses.ResponseCreateParamsStreaming
type Item = OpenAI.Responses.ResponseInputItem

/** The Responses API, for those who choose it. Nothing is kept at the provider: the conversation is ours. */
export const responses: Dialect = async (client, question, { signal, heard }) => {
  const stream = await client.responses.create(paramsOf(question), { signal })
  const items: OpenAI.Responses.ResponseOutputItem[] = []
  let last: OpenAI.Responses.Response | undefined
  for await (const event of stream) {
    heard('delta' in event && typeof event.delta === 'string' ? event.delta : '')
    if (event.type === 'response.output_item.done') items.push(event.item)
    if (event.type === 'error') throw new StreamFailure(event.code, event.message)
    if ('response' in event) last = event.response as OpenAI.Responses.Response
  }
  if (last === undefined || last.status === 'in_progress' || last.status === 'queued')
    throw new Garbled('the stream ended before the answer did')
  if (last.status === 'failed') throw new StreamFailure(last.error?.code ?? null, last.error?.message ?? 'no reason')
  return answerOf(last, last.output?.length > 0 ? last.output : items)
}

/** A failure told within a stream, which carries no HTTP status. */
export class StreamFailure extends Error {
  override readonly name = 'StreamFailure'
  readonly code: string | null
  constructor(code: string | null, message: string) {
    super(message)
    this.code = code
  }
}

function paramsOf(question: Question): Params {
  const { model, tools, maxOutputTokens } = question
  const format = formatOf(question)
  return {
    model,
    input: question.messages.flatMap(itemsOf),
    stream: true,
    store: false,
    // The least that the API takes.
    max_output_tokens: Math.max(16, maxOutputTokens),
    ...(tools &&
      tools.length > 0 && { tools: tools.map((tool) => ({ type: 'function' as const, strict: false, ...tool })) }),
    ...(format && { text: { format } }),
  }
}

function formatOf({ answer, format }: Question): OpenAI.Responses.ResponseFormatTextConfig | undefined {
  if (!answer || format === 'none') return undefined
  return format === 'json_object' ? { type: 'json_object' } : { type: 'json_schema', ...answer, strict: true }
}

function itemsOf(message: Message): Item[] {
  if (message.role === 'tool')
    return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.content }]
  if (message.role !== 'assistant') return [message]
  const { content, toolCalls } = message
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({
    type: 'function_call' as const,
    call_id: id,
    name,
    arguments: sendableArguments(text),
  }))
  const said = content === null && calls.length > 0 ? [] : [{ role: 'assistant' as const, content: content ?? '' }]
  return [...said, ...calls]
}

function answerOf(
  { model, incomplete_details, usage }: OpenAI.Responses.Response,
  items: OpenAI.Responses.ResponseOutputItem[],
): Heard {
  const parts = items.flatMap((item) => (item.type === 'message' ? item.content : []))
  const text = joined(parts.flatMap((part) => (part.type === 'output_text' ? [part.text] : [])))
  const refusal = joined(parts.flatMap((part) => (part.type === 'refusal' ? [part.refusal] : [])))
  const toolCalls = items.flatMap((item): ToolCall[] =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : [],
  )
  const reason = incomplete_details?.reason
  const finish =
    refusal !== null || reason === 'content_filter'
      ? 'refused'
      : reason === 'max_output_tokens'
        ? 'length'
        : toolCalls.length > 0
          ? 'tools'
          : 'stop'
  return { model, text: refusal ?? text, toolCalls, finish, usage: countedIn(usage), usd: null }
}

const joined = (texts: string[]): string | null => (texts.length > 0 ? texts.join('') : null)

const countedIn = (usage: OpenAI.Responses.ResponseUsage | null | undefined): Heard['usage'] =>
  usage && Number.isFinite(usage.input_tokens)
    ? {
        in: usage.input_tokens,
        out: usage.output_tokens ?? 0,
        cached: usage.input_tokens_details?.cached_tokens ?? 0,
        reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
      }
    : null
