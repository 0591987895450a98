import { Garbled } from './question.ts'
import type { Trouble } from './trouble.ts'

/** Ends a call that takes too long, falls silent or does not stop talking. */
export type Watch = {
  signal: AbortSignal
  heard(text: string): void
  /** Characters heard so far. */
  heardSoFar(): number
  /** Why it was ended by this watch. */
  trouble(): Trouble | undefined
  stop(): void
}

export type WatchLimits = { timeoutMs: number; idleMs: number; maxCharacters: number }

export function watching(outer: AbortSignal, { timeoutMs, idleMs, maxCharacters }: WatchLimits): Watch {
  const ended = new AbortController()
  let found: Trouble | undefined
  let characters = 0
  const end = (code: string, reason: string) => {
    found ??= { kind: 'passing', code, reason, reached: true }
    ended.abort(new Garbled(reason))
  }
  const whole = setTimeout(() => end('model.timed_out', `no whole answer within ${timeoutMs} ms`), timeoutMs)
  const silence = setTimeout(() => end('model.silent', `nothing was heard for ${idleMs} ms`), idleMs)
  return {
    signal: AbortSignal.any([outer, ended.signal]),
    heard(text) {
      silence.refresh()
      characters += text.length
      if (characters > maxCharacters)
        end('model.answer_garbled', `the answer is longer than ${maxCharacters} characters`)
    },
    heardSoFar: () => characters,
    trouble: () => found,
    stop() {
      clearTimeout(whole)
      clearTimeout(silence)
    },
  }
}
