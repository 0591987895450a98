import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { textOf, type Answer, type Sent, type Usage, type Wire } from './provider-wire/answer.ts'
import { chat } from './provider-wire/chat.ts'
import { contents } from './provider-wire/contents.ts'
import { messages } from './provider-wire/messages.ts'
import { readRequest, type Api, type ScriptedRequest } from './provider-wire/request.ts'
import { responses } from './provider-wire/responses.ts'

export type { ScriptedRequest } from './provider-wire/request.ts'

/** How an answer arrives when it does not simply arrive. Only streams come in parts. */
type Arrival = {
  /** Before every part, in milliseconds. */
  everyMs?: number
  /** Says nothing more after so many parts, and keeps the connection. */
  stallAfter?: number
  /** Closes the connection after so many parts. */
  dropAfter?: number
}

export type Reply =
  | (Answer & Arrival)
  /** An error of the provider; 429 and 5xx say so in its words. */
  | { status: number; message?: string; type?: string; code?: string; headers?: Record<string, string> }
  /** Takes the request and never says anything. */
  | { hang: true }
  /** A body that is sent as it is, with status 200. */
  | { raw: string }

/** All texts of the conversation are searched; a function sees the whole request. */
export type Matcher = string | RegExp | ((request: ScriptedRequest) => boolean)

/**
 * One reply for every request that matches, a list of replies for as many requests, or a function that makes one (an
 * async one holds the request back).
 */
export type Script = Reply | Reply[] | ((request: ScriptedRequest) => Reply | Promise<Reply>)

export type Charge = { n: number; model: string; usage: Usage; usd: number }

type Price = { in: number; out: number; cached?: number }

export type ProviderOptions = {
  /** US dollars for a million tokens; default 1 in, 10 out. */
  price?: Price
  prices?: Record<string, Price>
  /** What `response_format` may ask for. Default: everything. */
  formats?: ('json_schema' | 'json_object')[]
  /** Default true. */
  tellsUsage?: boolean
  /** Default true: without it, `stream_options` are refused as by older servers. */
  streamOptions?: boolean
}

const wires: Record<Api, Wire> = { chat, responses, messages, contents }
const paths: Record<string, Api> = { '/chat/completions': 'chat', '/responses': 'responses', '/messages': 'messages' }

/**
 * A server on loopback that speaks the wire formats of model providers: chat completions, Responses, and what the command
 * lines of Claude and Gemini speak. It says what it is scripted to say, and counts what it would charge. Later rules are asked first.
 */
export class ScriptedProvider {
  /** With `/v1`. */
  url = ''
  /** In the order they came. */
  readonly requests: ScriptedRequest[] = []
  /** Answers that were generated, whether or not they arrived. */
  readonly charges: Charge[] = []
  /** Requests no rule was there for; they got 404. */
  readonly unmatched: ScriptedRequest[] = []
  readonly #options: ProviderOptions
  readonly #rules: { matcher: Matcher; script: Script }[] = []
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  constructor(options: ProviderOptions = {}) {
    this.#options = options
  }

  /** `port` 0: any. */
  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
    return this
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  on(matcher: Matcher, script: Script): this {
    this.#rules.unshift({ matcher, script: Array.isArray(script) ? [...script] : script })
    return this
  }

  /** What it would send a bill for. */
  get totals(): Usage & { requests: number; answers: number; usd: number } {
    const sum = (of: (charge: Charge) => number) => this.charges.reduce((total, charge) => total + of(charge), 0)
    return {
      requests: this.requests.length,
      answers: this.charges.length,
      in: sum(({ usage }) => usage.in),
      out: sum(({ usage }) => usage.out),
      cached: sum(({ usage }) => usage.cached),
      reasoning: sum(({ usage }) => usage.reasoning),
      usd: sum(({ usd }) => usd),
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse) {
    const path = new URL(request.url!, this.url).pathname.replace(/^\/v1/, '')
    const body = await textIn(request)
    if (path === '/models') return json(response, 200, { object: 'list', data: [], models: [] })
    if (path === '/messages/count_tokens') return json(response, 200, { input_tokens: tokensIn(body) })
    // Gemini's name the model and the manner in their path.
    const [, model, manner] = /^beta\/models\/([^/:]+):(\w+)$/.exec(path) ?? []
    const api = manner?.endsWith('enerateContent') ? 'contents' : paths[path]
    if (!api) return json(response, 404, { error: { message: `no ${path}`, type: 'invalid_request_error' } })
    const asked = { ...JSON.parse(body), ...(model && { model, stream: manner?.startsWith('stream') }) }
    const read = readRequest(this.requests.length + 1, api, asked, request.headers)
    this.requests.push(read)
    response.on('close', () => (read.closed = !response.writableFinished))
    const reply = this.#refused(read) ?? (await this.#replyTo(read))
    if ('hang' in reply) return
    if ('raw' in reply) return void response.writeHead(200, { 'content-type': 'application/json' }).end(reply.raw)
    if ('status' in reply) return this.#fail(response, read, reply)
    await this.#answer(response, read, reply)
  }

  /** What a server of this kind objects to before any model sees it. */
  #refused({ format, body }: ScriptedRequest): Reply | undefined {
    const { formats = ['json_schema', 'json_object'], streamOptions = true } = this.#options
    if (format !== 'none' && !formats.includes(format))
      return { status: 400, message: `response_format of type '${format}' is not supported by this model` }
    if (!streamOptions && body.stream_options)
      return { status: 400, message: "Unrecognized request argument supplied: 'stream_options'" }
    return undefined
  }

  async #replyTo(request: ScriptedRequest): Promise<Reply> {
    for (const { matcher, script } of this.#rules) {
      if (!matches(matcher, request)) continue
      if (typeof script === 'function') return await script(request)
      if (!Array.isArray(script)) return script
      const next = script.shift()
      if (next) return next
    }
    this.unmatched.push(request)
    return { status: 404, message: `nothing is scripted for request ${request.n}` }
  }

  #fail(response: ServerResponse, { api }: ScriptedRequest, reply: Extract<Reply, { status: number }>) {
    const kind = { type: reply.type ?? typeOf(reply.status), code: reply.code ?? null }
    const message = reply.message ?? `scripted failure ${reply.status}`
    json(response, reply.status, wires[api].failure(message, kind), reply.headers)
  }

  async #answer(response: ServerResponse, request: ScriptedRequest, answer: Answer & Arrival) {
    const usage = this.#charge(request, answer)
    const { tellsUsage = true } = this.#options
    const { api, n, model } = request
    const told =
      tellsUsage && (api !== 'chat' || !request.stream || request.body.stream_options?.include_usage === true)
    const context = { n, model, usage, tellsUsage: told }
    if (!request.stream) {
      if (answer.everyMs) await this.#wait(answer.everyMs)
      if (answer.dropAfter !== undefined) return void response.destroy()
      if (answer.stallAfter !== undefined) return
      return json(response, 200, wires[api].body(answer, context))
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': `req_${n}` })
    for (const [index, sent] of wires[api].events(answer, context).entries()) {
      if (answer.everyMs) await this.#wait(answer.everyMs)
      if (answer.dropAfter === index) return void response.destroy()
      if (answer.stallAfter === index || response.closed) return
      response.write(eventText(sent))
    }
    response.end()
  }

  #charge({ n, model, body }: ScriptedRequest, answer: Answer): Usage {
    const said = [textOf(answer), answer.refusal, ...(answer.calls ?? []).map((call) => JSON.stringify(call))]
    const usage = { in: tokensIn(JSON.stringify(body)), out: tokensIn(said.join('')), cached: 0, reasoning: 0 }
    const counted = { ...usage, ...answer.usage }
    const price = this.#options.prices?.[model] ?? this.#options.price ?? { in: 1, out: 10 }
    const fresh = (counted.in - counted.cached) * price.in + counted.cached * (price.cached ?? price.in)
    this.charges.push({ n, model, usage: counted, usd: (fresh + counted.out * price.out) / 1e6 })
    return counted
  }

  #wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, ms)
      this.#timers.add(timer)
    })
}

const matches = (matcher: Matcher, request: ScriptedRequest): boolean =>
  typeof matcher === 'function'
    ? matcher(request)
    : typeof matcher === 'string'
      ? request.text.includes(matcher)
      : matcher.test(request.text)

/** Four characters are about one token. */
const tokensIn = (text: string) => Math.ceil(text.length / 4)

const typeOf = (status: number) =>
  status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error'

const eventText = ({ event, data }: Sent) =>
  `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

async function textIn(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
