import OpenAI from 'openai'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ScriptedProvider } from './scripted-provider.ts'

// What stands in for the providers is held against the client that real ones are used with.
let provider: ScriptedProvider
let client: OpenAI

beforeEach(async () => {
  provider = await new ScriptedProvider({ price: { in: 1, out: 10 } }).listen()
  client = new OpenAI({ apiKey: 'x', baseURL: provider.url, maxRetries: 0 })
})

afterEach(() => provider.close())

const hello = [{ role: 'user' as const, content: 'hello' }]
const usage = { in: 1000, out: 100, cached: 200, reasoning: 20 }
const calls = [{ name: 'read', arguments: { path: 'ä.ts' } }]

test('chat completions are the same in one piece and streamed', async () => {
  provider.on('hello', { text: 'héllo wörld 👋', calls, usage })
  const whole = await client.chat.completions.create({ model: 'm', messages: hello })
  const streamed = await client.chat.completions
    .stream({ model: 'm', messages: hello, stream_options: { include_usage: true } })
    .finalChatCompletion()
  for (const { choices, usage } of [whole, streamed]) {
    expect(choices[0]!.message.content).toBe('héllo wörld 👋')
    const call = choices[0]!.message.tool_calls![0] as { function: { name: string; arguments: string } }
    expect(call.function).toMatchObject({ name: 'read', arguments: '{"path":"ä.ts"}' })
    expect(choices[0]!.finish_reason).toBe('tool_calls')
    expect(usage).toMatchObject({ prompt_tokens: 1000, completion_tokens: 100 })
  }
})

test('responses are the same in one piece and streamed', async () => {
  provider.on('hello', { text: { pass: true }, calls, usage })
  const whole = await client.responses.create({ model: 'm', input: 'hello' })
  const streamed = await client.responses.stream({ model: 'm', input: 'hello' }).finalResponse()
  for (const response of [whole, streamed]) {
    expect(response).toMatchObject({ status: 'completed', output_text: '{"pass":true}' })
    expect(response.output[1]).toMatchObject({ type: 'function_call', name: 'read', arguments: '{"path":"ä.ts"}' })
    expect(response.usage).toMatchObject({ input_tokens: 1000, output_tokens: 100 })
  }
})

test('a list of replies is used up one by one, then the older rule answers; totals are what was charged', async () => {
  provider.on('hello', { text: 'old', usage }).on('hello', [{ status: 429, headers: { 'retry-after-ms': '5' } }])
  await expect(client.chat.completions.create({ model: 'm', messages: hello })).rejects.toMatchObject({ status: 429 })
  const answer = await client.chat.completions.create({ model: 'm', messages: hello })
  expect(answer.choices[0]!.message.content).toBe('old')
  expect(provider.totals).toEqual({ requests: 2, answers: 1, ...usage, usd: 0.002 })
  expect(provider.unmatched).toEqual([])
})

test('a request nothing was scripted for gets 404 and is told of', async () => {
  await expect(client.chat.completions.create({ model: 'm', messages: hello })).rejects.toMatchObject({ status: 404 })
  expect(provider.unmatched.map(({ text }) => text)).toEqual(['hello'])
})
