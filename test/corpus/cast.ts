// Who plays when stored systems are made and run on: activities that answer at once, and a clock that is told to go on.
import { SimulatedClock } from 'xstate'
import type { Activity, Clock } from '../../runtime/index.ts'
import { chain, fair, step } from '../machines/world.ts'

type Answers = Record<string, (input: any) => unknown>

/** Noon of a day on which nothing else happens, so that two takes differ only where the code does. */
export const opening = 1_800_000_000_000

export type Stagehand = Clock & { forward(ms: number): void }

export function stagehand(): Stagehand {
  const clock = new SimulatedClock()
  return {
    now: () => opening + clock.now(),
    setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
    clearTimeout: (id) => clock.clearTimeout(id),
    forward: (ms) => clock.increment(ms),
  }
}

/** Every activity goes well, unless `changes` say otherwise. */
export function castOf(clock: Clock, changes: Answers = {}): Record<string, Activity> {
  const answers: Answers = {
    ...fair,
    planner: ({ chain: given, source }) => ({ chain: given ?? chain(step('only')), source, costs: [] }),
    notifier: () => ({ outcome: 'sent', status: 200 }),
    ...changes,
  }
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      {
        run: async ({ input }) => ({ at: clock.now(), ...((await answer(input)) as object) }),
        retry: { maxAttempts: 1 },
      },
    ]),
  )
}
