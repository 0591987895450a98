import type { AnyActorLogic, AnyStateMachine } from 'xstate'
import type { Activity, ActivityContext } from '../activity.ts'
import { kindOf } from '../logic.ts'
import { patience } from './patience.ts'

type Attempt = { src: string; end(output: unknown): void; fail(error: unknown): void; gone(): void }

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

/** Activities that run until a test says how they end. */
export class Script {
  readonly activities: Record<string, Activity>
  readonly #running = new Map<string, Map<string, Attempt>>()

  constructor(machines: AnyStateMachine[]) {
    const names = new Set(machines.flatMap(activitiesOf))
    this.activities = Object.fromEntries(
      [...names].map((src) => [src, { run: (context) => this.#run(src, context), retry: { maxLost: 1000 } }]),
    )
  }

  /** Ends the `index`-th of the oldest running attempts of that activity in a system, once it runs. */
  async end(system: string, src: string, index: number, how: (attempt: Attempt) => void): Promise<void> {
    const found = () => {
      const running = [...(this.#running.get(system) ?? [])].filter(([, attempt]) => attempt.src === src)
      return running.sort(([one], [other]) => byAge(one, other))[index]?.[1]
    }
    const attempt = await patience(found, `activity ${src} of ${system} is not running`)
    attempt.gone()
    how(attempt)
  }

  #run(src: string, { idempotencyKey, signal }: ActivityContext): Promise<unknown> {
    const at = idempotencyKey.lastIndexOf(':')
    const [system, incarnation] = [idempotencyKey.slice(0, at), idempotencyKey.slice(at + 1)]
    const running = this.#running.get(system) ?? new Map<string, Attempt>()
    this.#running.set(system, running)
    return new Promise((end, fail) => {
      // The next attempt may be there already.
      const gone = () => void (running.get(incarnation) === attempt && running.delete(incarnation))
      const attempt = { src, end, fail, gone }
      running.set(incarnation, attempt)
      signal.addEventListener('abort', () => {
        gone()
        fail(signal.reason as Error)
      })
    })
  }
}
