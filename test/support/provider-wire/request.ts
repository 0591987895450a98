export type Api = 'chat' | 'responses' | 'messages' | 'contents'

export type Said = {
  role: 'system' | 'user' | 'assistant' | 'tool'
  text: string
  calls: { id: string; name: string; arguments: string }[]
}

/** A request, in the same words for every API. */
export type ScriptedRequest = {
  /** Counts from 1. */
  n: number
  api: Api
  model: string
  said: Said[]
  /** Everything that was said, one after the other. */
  text: string
  /** Names of the tools offered. */
  tools: string[]
  format: 'json_schema' | 'json_object' | 'none'
  stream: boolean
  maxOutputTokens: number | undefined
  headers: Record<string, string | string[] | undefined>
  body: any
  /** The other side hung up before the answer was complete. */
  closed: boolean
}

const plain = (content: any): string => {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (typeof part === 'string' ? part : (part.text ?? plain(part.content)))).join('\n')
}

const said = (role: Said['role'], content: any, calls: Said['calls'] = []): Said => ({
  role,
  text: plain(content),
  calls,
})

const roleOf = (role: string): Said['role'] => (role === 'developer' ? 'system' : (role as Said['role']))

const saidInChat = (body: any): Said[] =>
  (body.messages ?? []).map((message: any) =>
    said(
      roleOf(message.role),
      message.content,
      (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }: any) => ({
        id,
        name,
        arguments: args,
      })),
    ),
  )

const saidInResponses = (body: any): Said[] => {
  const items: any[] = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : (body.input ?? [])
  return [
    ...(body.instructions ? [said('system', body.instructions)] : []),
    ...items.flatMap((item) => {
      if (item.type === 'function_call')
        return [said('assistant', '', [{ id: item.call_id, name: item.name, arguments: item.arguments }])]
      if (item.type?.endsWith('_call_output')) return [said('tool', item.output)]
      return item.role ? [said(roleOf(item.role), item.content)] : []
    }),
  ]
}

const saidInMessages = (body: any): Said[] => [
  ...(body.system ? [said('system', body.system)] : []),
  ...(body.messages ?? []).flatMap(({ role, content }: any) => {
    const blocks: any[] = Array.isArray(content) ? content : [{ type: 'text', text: content }]
    const calls = blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id, name, arguments: JSON.stringify(input) }))
    const results = blocks.filter(({ type }) => type === 'tool_result')
    const texts = blocks.filter(({ type }) => type === 'text')
    return [
      ...results.map((block) => said('tool', block.content)),
      ...(texts.length > 0 || calls.length > 0 ? [said(roleOf(role), texts, calls)] : []),
    ]
  }),
]

const saidInContents = (body: any): Said[] => [
  ...(body.systemInstruction ? [said('system', body.systemInstruction.parts)] : []),
  ...(body.contents ?? []).flatMap(({ role, parts }: any) => {
    const calls = parts.filter(({ functionCall }: any) => functionCall).map(({ functionCall }: any) => functionCall)
    const results = parts.filter(({ functionResponse }: any) => functionResponse)
    const texts = parts.filter(({ text }: any) => text)
    const called = calls.map(({ id = '', name, args }: any) => ({ id, name, arguments: JSON.stringify(args) }))
    return [
      ...results.map(({ functionResponse }: any) => said('tool', JSON.stringify(functionResponse.response))),
      ...(texts.length > 0 || calls.length > 0 ? [said(role === 'model' ? 'assistant' : 'user', texts, called)] : []),
    ]
  }),
]

const saidIn: Record<Api, (body: any) => Said[]> = {
  chat: saidInChat,
  responses: saidInResponses,
  messages: saidInMessages,
  contents: saidInContents,
}

const namesOf = (tool: any): string[] =>
  tool.functionDeclarations?.map(({ name }: any) => name) ?? [tool.function?.name ?? tool.name ?? tool.type]

export function readRequest(n: number, api: Api, body: any, headers: ScriptedRequest['headers']): ScriptedRequest {
  const all = saidIn[api](body)
  return {
    n,
    api,
    model: body.model,
    said: all,
    text: all.map(({ text, calls }) => [text, ...calls.map((call) => call.arguments)].join('\n')).join('\n'),
    tools: (body.tools ?? []).flatMap(namesOf),
    format: (body.response_format ?? body.text?.format)?.type?.replace(/^text$/, 'none') ?? 'none',
    stream: body.stream === true,
    maxOutputTokens: body.max_completion_tokens ?? body.max_output_tokens ?? body.max_tokens,
    headers,
    body,
    closed: false,
  }
}
