import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { putPiece } from '../../../actors/content.ts'
import { createActivities } from '../../../actors/index.ts'
import { noModels, type ModelAccess } from '../../../actors/model/index.ts'
import type { ConversationPiece, ModelInput, ModelOutput } from '../../../machines/index.ts'
import { ScriptedProvider, type ProviderOptions } from '../../support/scripted-provider.ts'
import { eventually, sandbox } from '../sandbox.ts'

const key = 'test-key-0123456789'
let provider: ScriptedProvider
let home: string

beforeEach(async () => {
  home = sandbox()
  await opened({})
})

afterEach(() => provider.close())

async function opened(options: ProviderOptions) {
  if (provider) await provider.close()
  provider = await new ScriptedProvider(options).listen()
}

type Changes = Partial<ModelAccess['provider']>

const access = (changes: Changes = {}): ModelAccess => ({
  ...noModels,
  provider: { ...noModels.provider, baseUrl: provider.url, key, ...changes },
  prices: [{ model: 'm*', in: 1, out: 10, since: '2020-01-01' }],
})

type Call = {
  piece?: Partial<ConversationPiece>
  input?: Partial<ModelInput>
  attempt?: number
  idempotencyKey?: string
  signal?: AbortSignal
}

/** A process of its own: what one of them learned about a server, another one does not know. */
function process(models = access()) {
  const { model } = createActivities({ home, env: { MY_SECRET: 'canary-zebra-41' }, models })
  return async ({ piece, input, attempt = 1, idempotencyKey = 'key', signal }: Call = {}): Promise<ModelOutput> => {
    const conversation = await putPiece(home, { parent: null, messages: [user('hello')], ...piece })
    const base = { directiveId: 'd1', purpose: 'agent' as const, model: 'm1', append: [], maxOutputTokens: 100 }
    return await model.run({
      input: { ...base, conversation, timeoutMs: 5000, ...input },
      attempt,
      idempotencyKey,
      signal: signal ?? new AbortController().signal,
      heartbeat: () => Promise.resolve(),
      report: () => Promise.resolve(),
    })
  }
}

const user = (content: string) => ({ role: 'user' as const, content })
const usage = { in: 1000, out: 100, cached: 200, reasoning: 20 }
const answer = { name: 'plan', schema: { type: 'object', properties: {}, additionalProperties: false, required: [] } }
const tools = [{ name: 'read', description: 'reads', parameters: { type: 'object', properties: {} } }]

for (const api of ['chat', 'responses'] as const) {
  test(`${api}: an answer comes with its tool calls, its tokens and what they cost`, async () => {
    provider.on('hello', { text: 'hi 👋', calls: [{ name: 'read', arguments: { path: 'a' } }], usage })
    const output = await process(access({ api }))({ piece: { tools } })
    expect(output).toMatchObject({
      outcome: 'answered',
      answer: { text: 'hi 👋', finish: 'tools', toolCalls: [{ name: 'read', arguments: '{"path":"a"}' }] },
      costs: [{ model: 'm1', tokens: usage, source: 'reported' }],
    })
    expect(output.costs[0]!.usd).toBeCloseTo(provider.totals.usd, 10)
    expect(provider.requests[0]).toMatchObject({ api, stream: true, tools: ['read'], maxOutputTokens: 100 })
    expect(provider.requests[0]!.headers['authorization']).toBe(`Bearer ${key}`)
  })

  test(`${api}: a whole conversation arrives, also arguments that were no JSON`, async () => {
    provider.on(() => true, { text: 'ok' })
    const toolCalls = [
      { id: 'c1', name: 'read', arguments: '{"path":"a"}' },
      { id: 'c2', name: 'read', arguments: '{"path' },
    ]
    const said = [
      { role: 'system' as const, content: 'rules' },
      user('hello'),
      { role: 'assistant' as const, content: 'looking', toolCalls },
      { role: 'tool' as const, toolCallId: 'c1', content: 'content of a' },
      { role: 'tool' as const, toolCallId: 'c2', content: 'no JSON' },
    ]
    await process(access({ api }))({ piece: { messages: said, tools }, input: { append: [user('go on')] } })
    const heard = provider.requests[0]!.said
    expect(heard.filter(({ role }) => role !== 'assistant').map(({ role, text }) => [role, text])).toEqual([
      ['system', 'rules'],
      ['user', 'hello'],
      ['tool', 'content of a'],
      ['tool', 'no JSON'],
      ['user', 'go on'],
    ])
    expect(heard.flatMap(({ calls }) => calls.map((call) => [call.id, call.arguments]))).toEqual([
      ['c1', '{"path":"a"}'],
      ['c2', '{}'],
    ])
  })

  test(`${api}: being cut off and refusing are answers, and paid for`, async () => {
    provider.on('hello', [
      { text: '{"pla', cut: true, usage },
      { refusal: 'I will not', usage },
    ])
    const ask = process(access({ api }))
    expect(await ask({ idempotencyKey: 'a' })).toMatchObject({ answer: { text: '{"pla', finish: 'length' } })
    const refused = await ask({ idempotencyKey: 'b' })
    expect(refused).toMatchObject({ answer: { text: 'I will not', finish: 'refused' }, costs: [{ tokens: usage }] })
  })

  test(`${api}: a schema is asked for in the strictest way that the server takes, which is remembered`, async () => {
    await opened({ formats: ['json_object'] })
    provider.on('hello', { text: {} })
    const ask = process(access({ api }))
    await ask({ piece: { answer }, idempotencyKey: 'a' })
    await ask({ piece: { answer }, idempotencyKey: 'b' })
    expect(provider.requests.map(({ format }) => format)).toEqual(['json_schema', 'json_object', 'json_object'])
  })
}

test('a server that takes no format gets the prompt alone', async () => {
  await opened({ formats: [] })
  provider.on('hello', { text: '{}' })
  expect(await process()({ piece: { answer } })).toMatchObject({ outcome: 'answered' })
  expect(provider.requests.map(({ format }) => format)).toEqual(['json_schema', 'json_object', 'none'])
})

test('where the format is configured, nothing else is tried', async () => {
  await opened({ formats: ['json_object'] })
  const output = await process(access({ format: 'json_schema' }))({ piece: { answer } })
  expect(output).toMatchObject({ outcome: 'failed', code: 'model.request_refused' })
  expect(provider.requests).toHaveLength(1)
})

test('a server that tells no usage is charged by an estimate, and one without a price unknown, not nothing', async () => {
  await opened({ tellsUsage: false, streamOptions: false })
  provider.on('hello', { text: 'a longer answer than that' })
  const ask = process()
  const estimated = await ask()
  expect(estimated.costs[0]).toMatchObject({ source: 'estimated' })
  expect(estimated.costs[0]!.usd).toBeGreaterThan(0)
  expect(await ask({ idempotencyKey: 'b', input: { model: 'other' } })).toMatchObject({
    costs: [{ model: 'other', usd: null, source: 'unknown' }],
  })
  expect(provider.requests.map(({ body }) => 'stream_options' in body)).toEqual([true, false, true, false])
})

test('an older name of the token limit is tried where the newer one is unknown', async () => {
  provider.on(({ body }) => 'max_tokens' in body, {
    status: 400,
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  })
  provider.on(({ body }) => 'max_completion_tokens' in body, { text: 'ok' })
  expect((await process()()).outcome).toBe('answered')
})

test('a rate limit is no failure: it says until when', async () => {
  provider.on('hello', [
    { status: 429, headers: { 'retry-after-ms': '1500' } },
    {
      status: 429,
      headers: {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m30s',
        'x-ratelimit-remaining-tokens': '4000',
        'x-ratelimit-reset-tokens': '6h',
      },
    },
  ])
  const ask = process()
  for (const wait of [1500, 90_000]) {
    const before = Date.now()
    const output = await ask()
    if (output.outcome !== 'limited') throw new Error(output.outcome)
    expect(output.resetAt - wait).toBeGreaterThanOrEqual(before)
    expect(output.resetAt - wait).toBeLessThanOrEqual(output.at)
    expect(output.costs).toEqual([])
  }
})

test('what waiting does not help is said at once, with a code', async () => {
  const cases = [
    [{ status: 401, message: `bad key ${key}` }, 'model.unauthorized'],
    [{ status: 404, message: 'no such model' }, 'model.unknown'],
    [{ status: 429, code: 'insufficient_quota' }, 'model.quota_exceeded'],
    [{ status: 402 }, 'model.quota_exceeded'],
    [{ status: 400, code: 'context_length_exceeded' }, 'model.context_exceeded'],
    [{ status: 413 }, 'model.context_exceeded'],
    [{ status: 400, message: 'that is nonsense' }, 'model.request_refused'],
  ] as const
  provider.on(
    'hello',
    cases.map(([reply]) => reply),
  )
  const ask = process()
  for (const [, code] of cases) {
    const output = await ask()
    expect(output).toMatchObject({ outcome: 'failed', code, costs: [] })
    expect(JSON.stringify(output)).not.toContain(key)
  }
})

test('a server error is for the runtime to repeat, as soon as the server wishes', async () => {
  provider.on('hello', { status: 503, headers: { 'retry-after': '2' } })
  await expect(process()()).rejects.toMatchObject({ code: 'model.unavailable', retryable: true, retryAfterMs: 2000 })
})

test('nobody at the address is for the runtime to repeat, and costs nothing', async () => {
  const ask = process()
  await provider.close()
  await expect(ask()).rejects.toMatchObject({ code: 'model.unreachable', retryable: true })
  await expect(ask({ attempt: 2 })).rejects.toThrow()
  await expect(ask({ attempt: 3 })).rejects.toThrow()
  expect(await ask({ attempt: 4 })).toMatchObject({ outcome: 'failed', code: 'model.unreachable', costs: [] })
})

test('silence ends a call: before the answer, in the middle of it, and with the connection closed', async () => {
  const ask = process(access({ idleMs: 1000 }))
  provider.on('hello', [{ hang: true }, { text: 'half of an answer', stallAfter: 3 }])
  await expect(ask()).rejects.toMatchObject({ code: 'model.silent', retryable: true })
  await expect(ask({ attempt: 2 })).rejects.toMatchObject({ code: 'model.silent' })
  await eventually(() => expect(provider.requests.map(({ closed }) => closed)).toEqual([true, true]))
  provider.on('hello', { text: 'ok', usage })
  const { costs } = await ask({ attempt: 3 })
  expect(costs.map(({ source }) => source)).toEqual(['unknown', 'estimated', 'reported'])
})

test('a slow answer is no silent one, but has to come in time', async () => {
  provider.on('hello', { text: 'slow but steady', everyMs: 300 })
  const ask = process(access({ idleMs: 1500 }))
  expect(await ask()).toMatchObject({ answer: { text: 'slow but steady' } })
  await expect(ask({ idempotencyKey: 'b', input: { timeoutMs: 500 } })).rejects.toMatchObject({
    code: 'model.timed_out',
    retryable: true,
  })
})

test('an answer that breaks off, or is none, is for the runtime to repeat', async () => {
  provider.on('hello', [{ text: 'half of it', dropAfter: 3 }, { raw: '{"choices": [' }, { raw: 'data: {"cho\n\n' }])
  const ask = process()
  for (const attempt of [1, 2, 3]) await expect(ask({ attempt })).rejects.toMatchObject({ retryable: true })
})

test('an answer without end is cut off', async () => {
  provider.on('hello', { text: 'x'.repeat(100_000) })
  await expect(process()({ input: { maxOutputTokens: 10 } })).rejects.toMatchObject({ code: 'model.answer_garbled' })
})

test('cancelling closes the connection', async () => {
  provider.on('hello', { hang: true })
  const cancelling = new AbortController()
  const asked = process()({ signal: cancelling.signal })
  await eventually(() => expect(provider.requests).toHaveLength(1))
  cancelling.abort(new Error('cancelled'))
  await expect(asked).rejects.toThrow('cancelled')
  await eventually(() => expect(provider.requests[0]!.closed).toBe(true))
})

test('a stored answer is not paid for again: the next attempt, of another process, finds it', async () => {
  provider.on('hello', { text: 'once', usage })
  const first = await process()()
  expect(await process()({ attempt: 2 })).toEqual(first)
  expect(provider.totals.requests).toBe(1)
})

test('an attempt that died while it was waiting may have been charged for: unknown, not nothing', async () => {
  provider.on('hello', [{ hang: true }, { text: 'ok', usage }])
  const dying = new AbortController()
  const asked = process()({ signal: dying.signal })
  await eventually(() => expect(provider.requests).toHaveLength(1))
  dying.abort(new Error('this process stops'))
  await expect(asked).rejects.toThrow()
  const { costs } = await process()({ attempt: 2 })
  expect(costs).toMatchObject([
    { model: 'm1', usd: null, source: 'unknown' },
    { model: 'm1', tokens: usage, source: 'reported' },
  ])
})

test('a model of a named provider is asked for there, under its own name, with its headers', async () => {
  provider.on('hello', { text: 'ok' })
  const elsewhere = { ...noModels.provider, baseUrl: 'http://127.0.0.1:9/v1', key: null }
  const named = { ...access().provider, key: null, headers: { 'x-title': 'adjutant' } }
  const ask = process({ ...access(), provider: elsewhere, providers: { local: named } })
  expect(await ask({ input: { model: 'local/vendor/big' } })).toMatchObject({ outcome: 'answered' })
  const { model, headers } = provider.requests[0]!
  expect({ model, title: headers['x-title'], key: headers['authorization'] }).toEqual({
    model: 'vendor/big',
    title: 'adjutant',
    key: undefined,
  })
})

test('a key that is missing is said with the name of its variable, and nothing is sent', async () => {
  const ask = process(access({ key: null, keyEnv: 'SOME_KEY' }))
  expect(await ask()).toMatchObject({ outcome: 'failed', code: 'model.unconfigured', costs: [] })
  expect(JSON.stringify(await ask())).toContain('SOME_KEY')
  expect(provider.requests).toEqual([])
})

test('a model of a provider that this process does not know is not asked for at the public address', async () => {
  const output = await process({ ...noModels, provider: { ...noModels.provider, key } })({
    input: { model: 'mine/big' },
  })
  expect(output).toMatchObject({ outcome: 'failed', code: 'model.unconfigured' })
})

test('no secret of this process is sent, answered or kept', async () => {
  const canary = 'canary-zebra-41'
  provider.on('hello', { text: `you said ${canary}`, calls: [{ name: 'read', arguments: { path: canary } }] })
  const output = await process()({ input: { append: [user(`hello ${canary}`)] } })
  const stored = readdirSync(join(home, 'calls'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
  expect(stored).toHaveLength(1)
  expect(JSON.stringify([provider.requests[0]!.body, output, stored])).not.toContain(canary)
  expect(JSON.stringify([provider.requests[0]!.body, output])).toContain('[redacted]')
})

test('a redirect is not followed: neither the headers nor the conversation go to whom nobody named', async () => {
  const elsewhere: string[] = []
  const other = createServer((request, response) => {
    elsewhere.push(request.url ?? '')
    response.end()
  })
  const first = createServer((_, response) => response.writeHead(307, { location: `${addressOf(other)}/taken` }).end())
  try {
    for (const server of [other, first]) await once(server.listen(0, '127.0.0.1'), 'listening')
    const ask = process(access({ baseUrl: addressOf(first), headers: { 'x-api-key': 'canary-header-0123456789' } }))
    expect(await ask()).toMatchObject({ outcome: 'failed', code: 'model.request_refused' })
    expect(elsewhere).toEqual([])
  } finally {
    for (const server of [other, first]) server.close()
  }
})

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
