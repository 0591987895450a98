import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  fromPromise,
  SimulatedClock,
} from 'xstate'
import { kindOf } from '../logic.ts'
import type { Path } from './paths.ts'
import { endedChild, type Leg } from './walk.ts'

/** What every way to run a machine must agree on after an event. `children`: those that live, with what they have heard. */
export type Observation = {
  value: unknown
  status: string
  tags: string[]
  context: unknown
  children: Record<string, unknown>
}

type Pending = { end(output: unknown): void; fail(error: unknown): void }

/** Activities that end when a path says so. */
function scripted(machine: AnyStateMachine) {
  const pending = new Map<AnyActorRef, Pending>()
  const actors = machine.implementations.actors as Record<string, AnyActorLogic>
  const names = Object.keys(actors).filter((src) => kindOf(actors[src]!) === 'activity')
  const run = fromPromise(({ self }) => new Promise((end, fail) => void pending.set(self, { end, fail })))
  return { pending, machine: machine.provide({ actors: Object.fromEntries(names.map((src) => [src, run])) } as never) }
}

/** Follows a path with XState's own actors and simulated clock; observes after the start and after each event. */
export async function replayInMemory(given: AnyStateMachine, path: Path, input: unknown): Promise<Observation[]> {
  const { machine, pending } = scripted(given)
  const clock = new SimulatedClock()
  const root = createActor(machine, { input, clock } as never) as AnyActorRef
  root.subscribe({ error: () => {} })
  root.start()
  const seen: Observation[] = []
  const look = async () => {
    await quiet()
    // Delays of nothing are over.
    clock.increment(0)
    seen.push(observe(root))
  }
  await look()
  for (const leg of path.legs) {
    perform(root, leg, clock, pending)
    await look()
  }
  root.stop()
  return seen
}

function perform(root: AnyActorRef, { event, at }: Leg, clock: SimulatedClock, pending: Map<AnyActorRef, Pending>) {
  clock.set(at)
  if (event.type.startsWith('xstate.after.')) return
  const id = endedChild(event)
  if (id === undefined) return root.send(event)
  const child = childrenOf(root)[id]!
  const activity = pending.get(child)
  if (!activity) child.send({ type: 'puppet.fail', error: event['error'] })
  else if ('output' in event) activity.end(event['output'])
  else activity.fail(event['error'])
}

const childrenOf = (actor: AnyActorRef): Record<string, AnyActorRef> => actor.getSnapshot().children

// A promise's end reaches its parent some microtasks later.
const quiet = () => new Promise((resolve) => setImmediate(resolve))

function observe(root: AnyActorRef): Observation {
  const { value, status, tags, context, children } = root.getSnapshot() as AnyMachineSnapshot
  const heard = Object.entries(children).map(([id, child]) => {
    const snapshot = (child as AnyActorRef).getSnapshot()
    return [id, { status: snapshot.status, context: snapshot.context ?? null }]
  })
  return {
    value,
    status,
    tags: [...tags].sort(),
    context,
    children: Object.fromEntries(heard) as Observation['children'],
  }
}
