import type { ActivityAttempt, AttemptKey } from '../db/index.ts'
import type { ActivityContext } from './activity.ts'
import { mayLoseAgain } from './backoff.ts'
import { LONGEST_TIMEOUT } from './clock.ts'
import { decode, encode, type Encoded, type RefCodec } from './encoding.ts'
import { ActivityFailure } from './failures.ts'
import type { Platform } from './platform.ts'
import { outsideCodec } from './refs.ts'
import type { ResolvedActivity } from './resolve-activity.ts'

export type AttemptEnd =
  { how: 'done'; output: unknown } | { how: 'failed'; error: unknown } | { how: 'cancelled' } | { how: 'interrupted' }

/** `result`: its JSON text, for the activity's row; `event`: what its actor is told. */
export type StoredEnd = { status: 'done' | 'failed'; result: string; event: { type: string; data: Encoded } }

/** Whom an attempt tells something: who invoked it, an actor of its system, or those who listen to what it emits. */
export type Audience = { address?: string; systemId?: string; emission?: true }
export type Tell = (event: { type: string }, audience?: Audience) => Promise<void>

type Calls = { platform: Platform; idempotencyKey: string; heartbeat(): Promise<void>; tell: Tell }

// 1 MB, as for events.
const MAX_RESULT_BYTES = 1_000_000

/** One run of an activity in this process. */
export class Attempt {
  readonly key: AttemptKey
  readonly resultId: string
  readonly #row: ActivityAttempt
  readonly #calls: Calls
  readonly #controller = new AbortController()
  #watch: unknown
  #beat: () => void = () => {}
  // A promise does not wait for its sends; its result does.
  readonly #told: Promise<void>[] = []
  ended = false
  abandoned = false
  over: Promise<void> = Promise.resolve()

  constructor(row: ActivityAttempt, calls: Calls) {
    this.#row = row
    this.#calls = calls
    this.resultId = calls.platform.uuid()
    this.key = { systemId: row.systemId, incarnation: row.incarnation, attempt: row.attempt }
  }

  abort(reason: ActivityFailure) {
    this.#controller.abort(reason)
  }

  abandon() {
    this.abandoned = true
    this.abort(new ActivityFailure('activity.interrupted', 'this process stops'))
  }

  async run(activity: ResolvedActivity): Promise<AttemptEnd> {
    if (!mayLoseAgain(this.#row.lost, activity.retry))
      return {
        how: 'failed',
        error: new ActivityFailure('activity.lost', `${this.#row.lost} attempts were lost with their process`),
      }
    const end = await this.#attempted(activity)
    await Promise.allSettled(this.#told)
    return end
  }

  async #attempted(activity: ResolvedActivity): Promise<AttemptEnd> {
    const timeout = this.#deadline(activity)
    try {
      const output = await this.#raced(activity)
      // What comes after the abort is the attempt's way of ending, not its result.
      this.#controller.signal.throwIfAborted()
      return { how: 'done', output }
    } catch (error) {
      return this.#failed(error)
    } finally {
      this.ended = true
      this.#calls.platform.clearTimeout(timeout)
      this.#calls.platform.clearTimeout(this.#watch)
    }
  }

  /** Told to the system while the attempt is the current one; what nobody waits for is waited for at the end. */
  readonly tell: Tell = (event, audience) => {
    const telling = this.#calls.tell(event, audience)
    this.#told.push(telling.catch(() => {}))
    return telling
  }

  /** What is stored of a result; one that cannot be stored, or is too large, becomes a failure. */
  stored(output: unknown): StoredEnd {
    try {
      const data = encode(output, outsideCodec)
      const result = JSON.stringify(data)
      if (Buffer.byteLength(result) <= MAX_RESULT_BYTES)
        return { status: 'done', result, event: { type: 'xstate.promise.resolve', data } }
      return this.storedFailure(unstorable('it is larger than 1 MB'))
    } catch (error) {
      return this.storedFailure(unstorable((error as Error).message))
    }
  }

  storedFailure(error: unknown): StoredEnd {
    let data
    try {
      data = encode(error, outsideCodec)
    } catch {
      data = encode(new Error(String(error)))
    }
    return { status: 'failed', result: JSON.stringify(data), event: { type: 'xstate.promise.reject', data } }
  }

  told(event: { type: string }) {
    this.#beat()
    return { id: this.#calls.platform.uuid(), text: JSON.stringify(encode(event, outsideCodec)) }
  }

  // An attempt that ignores its signal must not hold the slot: it is raced, and its late result is dropped.
  async #raced(activity: ResolvedActivity): Promise<unknown> {
    const { signal } = this.#controller
    const aborted = new Promise<never>((_, reject) => {
      const fail = () => reject(signal.reason as Error)
      if (signal.aborted) fail()
      else signal.addEventListener('abort', fail, { once: true })
    })
    const { idempotencyKey, platform } = this.#calls
    const input = decode(this.#row.input, inputRefs(this.tell))
    const heartbeat = () => {
      this.#beat()
      const beat = this.#calls.heartbeat()
      // Who does not wait for it hears of it by the signal.
      beat.catch(() => {})
      return beat
    }
    const context: ActivityContext = {
      input,
      signal,
      attempt: this.key.attempt,
      idempotencyKey,
      heartbeat,
      report: this.tell,
    }
    const running = Promise.resolve().then(() => activity.run(context, this.tell))
    const graced = aborted.catch(async (reason: unknown) => {
      await Promise.race([running.catch(() => {}), grace(platform)])
      throw reason
    })
    return Promise.race([running, graced])
  }

  #failed(error: unknown): AttemptEnd {
    const { signal } = this.#controller
    const reason = signal.aborted ? (signal.reason as ActivityFailure) : undefined
    if (reason?.code === 'activity.interrupted') return { how: 'interrupted' }
    if (reason?.code === 'activity.cancelled' || reason?.code === 'activity.superseded') return { how: 'cancelled' }
    return { how: 'failed', error: reason ?? error }
  }

  #deadline({ timeoutMs, heartbeatMs }: ResolvedActivity): unknown {
    const { platform } = this.#calls
    const late = (code: string, message: string) => () =>
      this.abort(new ActivityFailure(code, message, { retryable: true }))
    if (heartbeatMs !== undefined) {
      this.#beat = () => {
        platform.clearTimeout(this.#watch)
        const silent = late('activity.silent', `no heartbeat for ${heartbeatMs} ms`)
        this.#watch = platform.setTimeout(silent, patience(heartbeatMs))
      }
      this.#beat()
    }
    if (timeoutMs === undefined) return undefined
    return platform.setTimeout(
      late('activity.timed_out', `the activity took longer than ${timeoutMs} ms`),
      patience(timeoutMs),
    )
  }
}

const patience = (ms: number) => Math.min(ms, LONGEST_TIMEOUT)

// A reference in an input takes events for its actor; there is no more to see of it from here.
const inputRefs = (tell: Tell): RefCodec => ({
  store: () => undefined,
  revive: ({ id, address }) => ({
    id,
    send: (event: { type: string }) => void tell(event, { address }).catch(() => {}),
  }),
})

// Long enough for an attempt to end its processes before it is called over.
const GRACE_MS = 15_000

const grace = (platform: Platform) =>
  new Promise<void>((resolve) => {
    platform.setIdleTimeout(resolve, GRACE_MS)
  })

const unstorable = (why: string) =>
  new ActivityFailure('activity.result_unstorable', `the result cannot be stored: ${why}`)
