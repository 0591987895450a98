import type OpenAI from 'openai'
import { ActivityFailure } from '../../runtime/index.ts'
import type { KnownAbilities } from './abilities.ts'
import type { Provider } from './access.ts'
import { chat } from './chat.ts'
import type { Dialect, Heard, Question } from './question.ts'
import { responses } from './responses.ts'
import { troubleOf, type Trouble } from './trouble.ts'
import { watching, type WatchLimits } from './watch.ts'

const dialects: Record<Provider['api'], Dialect> = { chat, responses }

/** What a call came to. `heard`: characters that came before it failed. */
export type Called = { answer: Heard } | { trouble: Exclude<Trouble, { kind: 'unable' }>; heard: number }

export type Caller = {
  client: OpenAI
  provider: Provider
  abilities: KnownAbilities
  /** As the directive names it, which is what abilities are remembered by. */
  model: string
  signal: AbortSignal
  limits: WatchLimits
  /** Milliseconds since 1970. */
  now: () => number
}

export type Asked = Omit<Question, 'format' | 'abilities'>

/** Asks, and asks again in another way while the server objects to how it was asked. None of that is charged for. */
export async function call(caller: Caller, asked: Asked): Promise<Called> {
  const shape = asked.answer?.name ?? ''
  for (;;) {
    const abilities = caller.abilities.of(caller.model, shape)
    const called = await ask(caller, { ...asked, abilities, format: abilities.formats[0]! })
    if ('answer' in called) return called
    const { trouble, heard } = called
    if (trouble.kind !== 'unable') return { trouble, heard }
    if (caller.abilities.giveUp(caller.model, shape, trouble.what)) continue
    return { trouble: { kind: 'refused', code: 'model.request_refused', reason: trouble.reason }, heard }
  }
}

async function ask(
  { client, provider, signal, limits, now }: Caller,
  question: Question,
): Promise<{ answer: Heard } | { trouble: Trouble; heard: number }> {
  const watch = watching(signal, limits)
  try {
    const answer = await dialects[provider.api](client, question, watch)
    // An aborted stream ends as one that is over.
    watch.signal.throwIfAborted()
    return { answer }
  } catch (error) {
    if (signal.aborted) throw signal.reason ?? new ActivityFailure('activity.interrupted', 'the call was cancelled')
    return { trouble: watch.trouble() ?? troubleOf(error, question, now()), heard: watch.heardSoFar() }
  } finally {
    watch.stop()
  }
}
