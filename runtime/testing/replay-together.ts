import { isDeepStrictEqual } from 'node:util'
import type { AnyEventObject, SimulatedClock } from 'xstate'
import type { ActorView } from '../view.ts'
import type { Path } from './paths.ts'
import type { Observation } from './replay-memory.ts'
import type { Script } from './script.ts'
import { endedChild, type Leg } from './walk.ts'

/** A path to be followed by a system of that id; `expected`: one observation for its start, then one for each leg. */
export type Replay = { id: string; path: Path; expected: Observation[] }

/** Where systems live: reached through the runtime's interface, or through whatever a server offers. */
export type Venue = {
  /** Resolves when the event's turn is committed. */
  send(system: string, address: string, event: AnyEventObject): Promise<void>
  look(system: string, address: string): Promise<Pick<ActorView, 'value' | 'status' | 'tags' | 'context' | 'children'>>
}

export type Stage = {
  clock: SimulatedClock
  script: Script
  venue(): Venue
  /** Between any two events. */
  reload(): Promise<void>
  /** For so long a system may take to come to what is expected; 20,000 by default. */
  patienceMs?: number
}

/** The first place where a system was not as expected. */
export type Difference = { id: string; path: Path; leg: number; expected: Observation; seen: Observation }

/** Paths that wait for a timer need a clock of their own: it moves for all systems at once. */
export const waitsForTimer = ({ legs }: Path): boolean => legs.some(({ at }, index) => at !== index + 1)

/** Follows paths side by side, an event each at a time; those that wait for timers one by one. */
export async function replayTogether(stage: Stage, replays: readonly Replay[]): Promise<Difference[]> {
  const differences = new Map<string, Difference>()
  const compare = async (replay: Replay, leg: number) => {
    const expected = replay.expected[leg]!
    const seen = await settledOn(stage, replay.id, expected)
    if (!isDeepStrictEqual(seen, expected)) differences.set(replay.id, { ...replay, leg, expected, seen })
  }
  await Promise.all(replays.map((replay) => compare(replay, 0)))
  for (let index = 0; index < Math.max(...replays.map(({ path }) => path.legs.length)); index++) {
    const going = replays.filter(({ id, path }) => index < path.legs.length && !differences.has(id))
    if (going.length === 0) break
    await stage.reload()
    stage.clock.set(going[0]!.path.legs[index]!.at)
    await Promise.all(going.map((replay) => perform(stage, replay.id, replay.path.legs[index]!)))
    await Promise.all(going.map((replay) => compare(replay, index + 1)))
  }
  return [...differences.values()]
}

async function perform({ venue, script }: Stage, system: string, { event }: Leg): Promise<void> {
  if (event.type.startsWith('xstate.after.')) return
  const child = endedChild(event)
  if (child === undefined) return venue().send(system, '', event)
  const { children } = await venue().look(system, '')
  const { src, address } = children[child]!
  if (script.activities[src] === undefined) return venue().send(system, address, failing(event))
  const peers = Object.keys(children).filter((id) => children[id]!.src === src && children[id]!.status === 'active')
  await script.end(system, src, peers.indexOf(child), ({ end, fail }) =>
    'output' in event ? end(event['output']) : fail(event['error']),
  )
}

const failing = ({ error }: AnyEventObject): AnyEventObject => ({ type: 'puppet.fail', error })

// Results and timers come by themselves: until they have, there is nothing to see of them.
async function settledOn(stage: Stage, system: string, expected: Observation): Promise<Observation> {
  const venue = stage.venue()
  const until = performance.now() + (stage.patienceMs ?? 20_000)
  for (;;) {
    // A child may go between two looks.
    const seen = await observe(venue, system).catch((error: unknown) => error as Error)
    const isLate = performance.now() > until
    if (seen instanceof Error) {
      if (isLate) throw seen
    } else if (isLate || isDeepStrictEqual(seen, expected)) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function observe(venue: Venue, system: string): Promise<Observation> {
  const { value, status, tags, context, children } = await venue.look(system, '')
  const told = Object.entries(children).map(async ([id, { address }]) => {
    const child = await venue.look(system, address)
    return [id, { status: child.status, context: child.context ?? null }] as const
  })
  return { value, status, tags: [...tags].sort(), context, children: Object.fromEntries(await Promise.all(told)) }
}
