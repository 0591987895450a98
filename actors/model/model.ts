import type { Cost, Message, ModelAnswer, ModelInput, ModelOutput, ToolCall } from '../../machines/index.ts'
import { ActivityFailure, type ActivityContext, type RetryPolicy } from '../../runtime/index.ts'
import { readConversation } from '../content.ts'
import type { Redact } from '../redaction.ts'
import type { Surroundings } from '../surroundings.ts'
import { knownAbilities, type KnownAbilities } from './abilities.ts'
import { providerOf, unconfigured } from './access.ts'
import { call, type Asked, type Called } from './call.ts'
import { openRecord, type CallRecord } from './call-record.ts'
import { openClient } from './client.ts'
import { costOfAnswer, costOfFailure } from './costs.ts'
import { priceOf } from './prices.ts'
import type { Heard } from './question.ts'

const maxFailures = 4

/** Of a call that fails for reasons that pass. One lost with its process may have been paid for, so few of those. */
export const modelRetry: RetryPolicy = {
  maxAttempts: maxFailures,
  initialMs: 1000,
  factor: 3,
  maxMs: 30_000,
  maxLost: 4,
}

const longestCallMs = 24 * 3_600_000

type Run = ActivityContext<ModelInput>

/** One call of one model. Its answer is on disk before anybody is told of it, so that no attempt pays for it again. */
export function createModel(surroundings: Surroundings) {
  const abilities = knownAbilities(surroundings.models)
  return async (context: Run): Promise<ModelOutput> => {
    const { directiveId, model } = context.input
    const name = { home: surroundings.home, directiveId, idempotencyKey: context.idempotencyKey }
    const record = await openRecord(name, model)
    return record.output ?? unsendable(surroundings, model) ?? (await send(surroundings, context, record, abilities))
  }
}

function unsendable({ models, now }: Surroundings, model: string): ModelOutput | undefined {
  const reason = unconfigured(models, model)
  return reason === undefined
    ? undefined
    : { outcome: 'failed', at: now(), code: 'model.unconfigured', reason, costs: [] }
}

async function send(
  surroundings: Surroundings,
  { input, attempt, signal }: Run,
  record: CallRecord,
  abilities: KnownAbilities,
): Promise<ModelOutput> {
  const { models, now } = surroundings
  const { provider, model } = providerOf(models, input.model)
  const asked = await askedOf(surroundings, input, model)
  const begun = now()
  await record.begin(attempt, begun)
  const limits = {
    timeoutMs: Math.min(input.timeoutMs, longestCallMs),
    idleMs: provider.idleMs,
    // Four characters a token is usual; what does not end there ends never.
    maxCharacters: input.maxOutputTokens * 16 + 65_536,
  }
  const caller = { client: await openClient(provider), provider, abilities, model: input.model, signal, limits, now }
  const called = await call(caller, asked)
  const price = priceOf(models, input.model, begun)
  if ('trouble' in called)
    return await failed(surroundings, record, called, costOfFailure(input.model, asked, called.heard, price))
  const cost = costOfAnswer(input.model, asked, called.answer, price)
  const output: ModelOutput = {
    outcome: 'answered',
    at: now(),
    answer: answerOf(called.answer, surroundings.redactKnown),
    costs: [...record.costs, cost],
    durationMs: Math.max(0, now() - begun),
  }
  await record.end('answered', [cost], output)
  return output
}

/** The whole conversation, with no secret of this process in it, whoever put it there. */
async function askedOf({ home, redactKnown }: Surroundings, input: ModelInput, model: string): Promise<Asked> {
  const { messages, ...rest } = await readConversation(home, input.conversation)
  const sent = [...messages, ...input.append].map((message) => withoutSecrets(message, redactKnown))
  return { ...rest, messages: sent, model, maxOutputTokens: input.maxOutputTokens }
}

function withoutSecrets(message: Message, redact: Redact): Message {
  if (message.role !== 'assistant') return { ...message, content: redact(message.content) }
  const { content, toolCalls } = message
  return { ...message, content: content && redact(content), toolCalls: callsWithout(toolCalls, redact) }
}

const callsWithout = (calls: ToolCall[], redact: Redact): ToolCall[] =>
  calls.map((called) => ({ ...called, arguments: redact(called.arguments) }))

const answerOf = ({ model, text, toolCalls, finish }: Heard, redact: Redact): ModelAnswer => ({
  model,
  text: text && redact(text),
  toolCalls: callsWithout(toolCalls, redact),
  finish,
})

/** Passing troubles are the runtime's to repeat; after the last time they are an answer too, so that costs are kept. */
async function failed(
  { now, redact }: Surroundings,
  record: CallRecord,
  { trouble }: Extract<Called, { trouble: object }>,
  cost: Cost,
): Promise<ModelOutput> {
  const code = trouble.kind === 'limited' ? 'model.limited' : trouble.code
  const reason = redact(trouble.reason).slice(0, 500)
  const own = trouble.kind === 'passing' && trouble.reached ? [cost] : []
  const costs = [...record.costs, ...own]
  await record.end(code, own)
  if (trouble.kind === 'limited') return { outcome: 'limited', at: now(), resetAt: trouble.resetAt, reason, costs }
  if (trouble.kind === 'refused' || record.failures + 1 >= maxFailures)
    return { outcome: 'failed', at: now(), code, reason, costs }
  const { retryAfterMs } = trouble.kind === 'passing' ? trouble : {}
  throw new ActivityFailure(code, reason, { retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) })
}
