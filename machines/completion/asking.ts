import type { BrieferOutput, ModelAnswer, ModelPurpose } from '../activities/index.ts'
import type { Message } from '../conversation.ts'
import { type Failure, failureFrom } from '../failure.ts'
import type { RateLimitPolicy } from '../models.ts'
import type { CompletionEnded, CompletionInput } from './schema.ts'

/** Who asks a model for an answer of a certain shape, and sends it back what is wrong with its answer. */
export type Asking = {
  directiveId: string
  /** Of the asking actor within the system. */
  address: string
  purpose: ModelPurpose
  models: string[]
  onRateLimit: RateLimitPolicy
  ledger: CompletionInput['ledger']
  place: CompletionInput['place']
  /** The question; null: not composed yet. */
  brief: BrieferOutput | null
  /** Answers that could not be used, each with what is wrong with it. */
  append: Message[]
  now: number
}

// One more than "at most twice": the first answer, and two mended ones.
const mostRounds = 3

/** From 1: an answer and the reply to it are two messages. */
const roundOf = ({ append }: Pick<Asking, 'append'>): number => append.length / 2 + 1

export const mayAskAgain = (asking: Pick<Asking, 'append'>): boolean => roundOf(asking) < mostRounds

// Estimated as the brief's tokens are: 3.5 bytes of JSON are one.
const tokensOf = (messages: readonly Message[]): number => Math.ceil(JSON.stringify(messages).length / 3.5)

export const completionInput = (
  asking: Asking,
  terms: Pick<CompletionInput, 'maxOutputTokens' | 'timeoutMs'>,
): CompletionInput => ({
  directiveId: asking.directiveId,
  address: `${asking.address}/completion`,
  purpose: asking.purpose,
  ledger: asking.ledger,
  place: asking.place,
  executors: [],
  models: asking.models,
  prices: asking.brief!.prices,
  conversation: asking.brief!.conversation,
  append: asking.append,
  tokens: asking.brief!.tokens + (asking.append.length > 0 ? tokensOf(asking.append) : 0),
  onRateLimit: asking.onRateLimit,
  at: asking.now,
  ...terms,
})

/** What is said after an answer that could not be used. */
export const withReply = ({ append }: Pick<Asking, 'append'>, { text }: ModelAnswer, reply: string): Message[] => [
  ...append,
  // Some providers refuse a message that says nothing.
  { role: 'assistant', content: text || '(nothing)', toolCalls: [] },
  { role: 'user', content: reply },
]

/** Beside what is wrong with the text: that it is not all of it. */
export const cutOff = ({ finish }: ModelAnswer) =>
  finish === 'length'
    ? [
        {
          code: 'answer.cut_off',
          path: [],
          message: 'the answer was cut off: it is too long',
          suggestion: 'be shorter',
        },
      ]
    : []

export type Answered = Extract<CompletionEnded, { outcome: 'answered' }>
type Asked = { type: string } | CompletionEnded

/** Answered, and not by declining. */
export const isAnswered = (event: Asked): boolean =>
  event.type === 'completion.ended' &&
  (event as CompletionEnded).outcome === 'answered' &&
  (event as Answered).answer.finish !== 'refused'

/** Why nothing came of asking. */
export const failureOfAsking = (event: Asked): Failure => {
  if (event.type !== 'completion.ended') {
    return failureFrom((event as { error?: unknown }).error, 'asking.failed')
  }
  const ended = event as CompletionEnded
  if (ended.outcome === 'failed') return ended.failure
  return {
    code: 'model.refused',
    reason: `${ended.answer.model} declined: ${ended.answer.text ?? 'without a word'}`.slice(0, 1000),
  }
}
