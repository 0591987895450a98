import type { Cost, ModelName, Price } from '../../machines/index.ts'
import { tokensOf } from '../tokens.ts'
import { dollarsFor } from './prices.ts'
import type { Heard, Question } from './question.ts'

type Sent = Pick<Question, 'messages' | 'tools' | 'answer'>

/** What an answer cost. `estimated` when the provider told no usage; no price: unknown, which is not zero. */
export function costOfAnswer(model: ModelName, sent: Sent, heard: Heard, price: Price | null): Cost {
  const tokens = heard.usage ?? guessed(sent, tokensOf({ text: heard.text, calls: heard.toolCalls }))
  const usd = heard.usd ?? (price && dollarsFor(tokens, price))
  return { model, tokens, usd, source: usd === null ? 'unknown' : heard.usage ? 'reported' : 'estimated' }
}

/** What a call may have cost that broke off: at least what was heard of it, when anything was. */
export function costOfFailure(model: ModelName, sent: Sent, characters: number, price: Price | null): Cost {
  const tokens = characters === 0 ? guessed({ messages: [] }, 0) : guessed(sent, Math.ceil(characters / 3.5))
  const usd = characters > 0 && price ? dollarsFor(tokens, price) : null
  return { model, tokens, usd, source: usd === null ? 'unknown' : 'estimated' }
}

const guessed = (sent: Sent, out: number): Cost['tokens'] => ({
  in: sent.messages.length === 0 ? 0 : tokensOf(sent),
  out,
  cached: 0,
  reasoning: 0,
})
