import type { AnyActorLogic, AnyStateMachine } from 'xstate'
import type { Activity, ActivityContext } from '../activity.ts'
import { ActivityFailure } from '../failures.ts'
import { kindOf } from '../logic.ts'
import { patience } from './patience.ts'

/**
 * How an attempt of an activity goes:
 * `{ output }` it succeeds · `{ error }` it throws that (an ActivityFailure says whether it may be tried again)
 * · `'hang'` it lives, with heartbeats, until it is cancelled, times out, or `end` ends it · `'silent'` the same without a
 * heartbeat · `'crash'` its process dies, which takes a rehearsal · a function: what it returns or throws.
 */
export type Answer =
  { output: unknown } | { error: unknown } | 'hang' | 'silent' | 'crash' | ((context: ActivityContext<any>) => unknown)

/** An attempt that was begun. `src`: the activity's name; `attempt`: 1 for the first. */
export type ScriptedAttempt = {
  system: string
  src: string
  input: unknown
  attempt: number
  idempotencyKey: string
}

/** `retry`, `timeoutMs` and `heartbeatMs` of an activity, as for `createRuntime`. Timeouts run by the computer's clock. */
export type Policy = Omit<Exclude<Activity, (...given: never) => unknown>, 'run'>

type Running = { src: string; end(output: unknown): void; fail(error: unknown): void; gone(): void }

/** Names of the activities that machines invoke. */
const activitiesOf = (machine: AnyStateMachine): string[] => {
  const actors = machine.implementations.actors as Record<string, AnyActorLogic>
  return Object.keys(actors).filter((src) => kindOf(actors[src]!) === 'activity')
}

const placeOf = (incarnation: string): number[] => incarnation.split('.').map(Number)
const byAge = (one: string, other: string): number => {
  const [a, b] = [placeOf(one), placeOf(other)]
  return a[0]! - b[0]! || a[1]! - b[1]!
}

const parted = (idempotencyKey: string): [string, string] => {
  const at = idempotencyKey.lastIndexOf(':')
  return [idempotencyKey.slice(0, at), idempotencyKey.slice(at + 1)]
}

/**
 * Stands for all activities of machines: each does what `on` says, and where nothing is said it runs until `end`. Activities
 * are those that `setup` names; inline ones have no name to be scripted by.
 */
export class Script {
  /** For `createRuntime`. */
  readonly activities: Record<string, Activity>
  /** In the order in which they were begun. */
  readonly attempts: ScriptedAttempt[] = []
  readonly #running = new Map<string, Map<string, Running>>()
  readonly #answers = new Map<string, Answer[]>()
  readonly #lost = new Map<string, number>()
  readonly #died = new Map<string, number>()
  #crash: (() => void) | undefined

  constructor(machines: AnyStateMachine[], policies: Record<string, Policy> = {}) {
    const names = new Set(machines.flatMap(activitiesOf))
    const withPolicy = (src: string): Activity => {
      const { retry, ...policy } = policies[src] ?? {}
      const run = (context: ActivityContext) => this.#run(src, context, policy.heartbeatMs)
      return { ...policy, run, retry: { maxLost: 1000, ...retry } }
    }
    this.activities = Object.fromEntries([...names].map((src) => [src, withPolicy(src)]))
  }

  /**
   * What the attempts of each activity of that name do, one after the other; the last holds for all that follow. An attempt
   * that was lost with its process is answered as if it had not been there. Throws for a name that no machine has.
   */
  on(src: string, ...answers: Answer[]): this {
    if (!this.activities[src]) throw new Error(`no machine invokes ${src}: ${Object.keys(this.activities).join(', ')}`)
    this.#answers.set(src, answers)
    return this
  }

  /** Ends the `index`-th of the oldest running attempts of that activity in a system, once it runs; throws after 20 s. */
  async end(
    system: string,
    src: string,
    index: number,
    how: (attempt: Pick<Running, 'end' | 'fail'>) => void,
  ): Promise<void> {
    const found = () => {
      const running = [...(this.#running.get(system) ?? [])].filter(([, attempt]) => attempt.src === src)
      return running.sort(([one], [other]) => byAge(one, other))[index]?.[1]
    }
    const attempt = await patience(found, `activity ${src} of ${system} is not running`)
    attempt.gone()
    how(attempt)
  }

  /** For whoever runs the processes: how an attempt ends its own, and how many of an activity's were lost. */
  hosted(crash: () => void): { lost(idempotencyKey: string, attempts: number): void } {
    this.#crash = crash
    return { lost: (idempotencyKey, attempts) => void this.#lost.set(idempotencyKey, attempts) }
  }

  async #run(src: string, context: ActivityContext, heartbeatMs: number | undefined): Promise<unknown> {
    const { input, attempt, idempotencyKey } = context
    this.attempts.push({ system: parted(idempotencyKey)[0], src, input, attempt, idempotencyKey })
    const answer = this.#answerFor(src, context)
    if (typeof answer === 'function') return answer(context)
    if (answer === 'crash') this.#die(context)
    else if (typeof answer === 'object') {
      if ('output' in answer) return answer.output
      throw answer.error
    }
    const beats = answer === 'hang' && heartbeatMs !== undefined ? beating(context, heartbeatMs) : undefined
    return this.#held(src, context).finally(() => clearInterval(beats))
  }

  #answerFor(src: string, { attempt, idempotencyKey }: ActivityContext): Answer {
    const answers = this.#answers.get(src) ?? []
    const lost = this.#lost.get(idempotencyKey) ?? 0
    const place = attempt - 1 - lost + (this.#died.get(idempotencyKey) ?? 0)
    return answers[Math.min(Math.max(place, 0), answers.length - 1)] ?? 'hang'
  }

  #die({ idempotencyKey }: ActivityContext) {
    if (!this.#crash) throw new ActivityFailure('script.unhosted', 'only a rehearsal can end the process of an attempt')
    this.#died.set(idempotencyKey, (this.#died.get(idempotencyKey) ?? 0) + 1)
    this.#crash()
  }

  #held(src: string, { idempotencyKey, signal }: ActivityContext): Promise<unknown> {
    const [system, incarnation] = parted(idempotencyKey)
    const running = this.#running.get(system) ?? new Map<string, Running>()
    this.#running.set(system, running)
    return new Promise((end, fail) => {
      // The next attempt may be there already.
      const gone = () => void (running.get(incarnation) === attempt && running.delete(incarnation))
      const attempt = { src, end, fail, gone }
      running.set(incarnation, attempt)
      const aborted = () => {
        gone()
        fail(signal.reason as Error)
      }
      if (signal.aborted) aborted()
      else signal.addEventListener('abort', aborted)
    })
  }
}

const beating = ({ heartbeat }: ActivityContext, heartbeatMs: number) =>
  setInterval(() => void heartbeat().catch(() => {}), heartbeatMs / 3)
