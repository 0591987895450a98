import type OpenAI from 'openai'
import type { Message, ModelAnswer, Tokens } from '../../machines/index.ts'
import type { Conversation } from '../content.ts'

/** How the shape of an answer is asked for, beside the prompt, which always says it in words. */
export type Format = 'json_schema' | 'json_object' | 'none'

/** What a server is known to take. Given up one by one, when it objects. */
export type Abilities = {
  /** In the order of strictness. */
  formats: readonly Format[]
  /** Tells the usage at the end of a stream when asked to. */
  streamUsage: boolean
  limitField: 'max_tokens' | 'max_completion_tokens'
}

/** One request, in the words of no API yet. */
export type Question = Pick<Conversation, 'tools' | 'answer'> & {
  model: string
  messages: Message[]
  format: Format
  maxOutputTokens: number
  abilities: Abilities
}

/** What came back, in the words of no API any more. */
export type Heard = ModelAnswer & {
  /** null: not told. */
  usage: Tokens | null
  /** US dollars, where the provider itself says so. */
  usd: number | null
}

export type Listening = {
  signal: AbortSignal
  /** Told of every sign of life, with the text it brought. */
  heard(text: string): void
}

/** An API's way of asking. Streams, so that silence is noticed. */
export type Dialect = (client: OpenAI, question: Question, listening: Listening) => Promise<Heard>

/** The answer came in no form an answer has, or not to its end. */
export class Garbled extends Error {
  override readonly name = 'Garbled'
}

/** Servers parse what a model wrote as arguments when it is sent back to them, and fail where it is no JSON. */
export function sendableArguments(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return '{}'
  }
}
