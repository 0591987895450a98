import { type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, getNextTransitions } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import { type NamedTransition, partsOf } from './transitions.ts'
import { dueTimer, endedChild, type Place, type Leg, Walker } from './walk.ts'

/** What an event's sample may depend on. `now`: the instant at which it would happen, milliseconds since the start. */
export type Circumstances = { value: unknown; context: any; children: string[]; now: number }

/** What a machine may meet, as its author knows it. */
export type Samples = {
  /** Ways to begin, by name. */
  inputs: Record<string, unknown>
  /**
   * Events that may happen, ends of children (`xstate.done.actor.<id>`, `xstate.error.actor.<id>`) included; timers are
   * known. Those that no transition asks for are passed over, and so are ends of children that are not there.
   */
  events: (circumstances: Circumstances) => AnyEventObject[]
  /** What of the context decides where events lead: places that agree in it and in their state are one. */
  facts?: (context: any) => unknown
  /** Transitions that cannot be taken, by name, with the reason. */
  unreachable?: Record<string, string>
  /** Places to look at; default 20,000. */
  limit?: number
}

export type Path = { input: string; legs: Leg[]; start: Leg }

export type Coverage = {
  machine: string
  states: { total: number; reached: number; missing: string[] }
  /** `missing`: neither taken nor declared as unreachable. `contradicted`: declared so, and taken. */
  transitions: { total: number; taken: number; unreachable: number; missing: string[]; contradicted: string[] }
}

const statesOf = ({ snapshot }: Leg): string[] => snapshot._nodes.map(({ id }) => id)

/** The event types that a transition asks for now, wildcards as patterns. */
const asked = (snapshot: AnyMachineSnapshot): ((type: string) => boolean) => {
  const types = getNextTransitions(snapshot).map(({ eventType }) => eventType as string)
  const exact = new Set(types)
  const prefixes = types.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1))
  return (type) => exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix))
}

/** All that can happen at a place. */
export function possibleEvents(place: Place, { events }: Pick<Samples, 'events'>): AnyEventObject[] {
  const { snapshot, ended, at } = place
  if (snapshot.status !== 'active') return []
  const timer = dueTimer(place)
  const timed = timer ? [timer.event] : []
  if (timer?.alone) return timed
  const { value, context, children } = snapshot
  const lives = (id: string) => children[id] !== undefined && !ended.has(children[id])
  const isAsked = asked(snapshot)
  const sampled = events({ value, context, children: Object.keys(children).filter(lives), now: at + 1 })
  return [
    ...timed,
    ...sampled.filter((event) => {
      const child = endedChild(event)
      return isAsked(event.type) && (child === undefined || lives(child))
    }),
  ]
}

const keyOf = (place: Place, facts: Samples['facts']): string => {
  const { value, status, context } = place.snapshot
  return JSON.stringify([value, status, dueTimer(place)?.event.type, facts?.(context)])
}

/** From an input. */
export type Visited = { input: string; place: Place }
type Spot = (Visited & { walker: Walker }) | null

/**
 * Walks from all inputs at once, with xstate/graph, nearest places first, for as long as there is something new or until
 * it is enough; `visit` is told each leg.
 */
export function explore(
  machine: AnyStateMachine,
  samples: Samples,
  visit: (visited: Visited) => void,
  isEnough: () => boolean = () => false,
): void {
  let left = samples.limit ?? 20_000
  const logic = {
    // Before there is a machine, the events are its inputs.
    getInitialSnapshot: () => null,
    transition: (spot: Spot, event: AnyEventObject): Spot => {
      const next = spot ? { ...spot, place: spot.walker.next(spot.place, event) } : begun(machine, samples, event.type)
      visit(next)
      return next
    },
  }
  const events = (spot: Spot) => {
    if (isEnough() || left-- <= 0) return []
    return spot ? possibleEvents(spot.place, samples) : Object.keys(samples.inputs).map((type) => ({ type }))
  }
  const serializeState = (spot: Spot) => (spot ? `${spot.input} ${keyOf(spot.place, samples.facts)}` : '')
  getAdjacencyMap(logic as never, { events, serializeState } as never)
}

const begun = (machine: AnyStateMachine, { inputs }: Samples, input: string) => {
  const walker = new Walker(machine, inputs[input])
  return { input, walker, place: walker.start(inputs[input]) }
}

const historyOf = (place: Place): Place[] => {
  const places: Place[] = []
  for (let at: Place | null = place; at; at = at.before) places.unshift(at)
  return places
}

const pathTo = ({ input, place }: Visited): Path => {
  const [start, ...legs] = historyOf(place)
  return { input, start: start!, legs }
}

const takenOn = ({ start, legs }: Path): string[] => [start, ...legs].flatMap(({ taken }) => taken)

/** Longest first, each only for what those before it leave; then those that others have made superfluous go. */
function fewest(paths: Path[]): Path[] {
  const chosen: Path[] = []
  const covered = new Set<string>()
  for (const path of [...paths].sort((one, other) => other.legs.length - one.legs.length)) {
    if (takenOn(path).every((name) => covered.has(name))) continue
    chosen.push(path)
    for (const name of takenOn(path)) covered.add(name)
  }
  const counts = new Map<string, number>()
  const count = (path: Path, by: number) =>
    new Set(takenOn(path)).forEach((name) => counts.set(name, (counts.get(name) ?? 0) + by))
  for (const path of chosen) count(path, 1)
  return chosen.filter((path) => {
    const superfluous = takenOn(path).every((name) => counts.get(name)! > 1)
    if (superfluous) count(path, -1)
    return !superfluous
  })
}

/**
 * Few paths that together take every transition that samples lead to: each branch of each guarded transition, eventless
 * ones, ends of children, delays. States count when something entered them, be it in passing.
 */
export function coverPaths(machine: AnyStateMachine, samples: Samples): { paths: Path[]; coverage: Coverage } {
  const parts = partsOf(machine)
  const all = [...parts.transitions.values()]
  const first = new Map<string, Path>()
  const states = new Set<string>()
  const within = new Map(all.map((each) => [each.name, each.within]))
  const open = new Set(all.map(({ name }) => name).filter((name) => samples.unreachable?.[name] === undefined))
  const visit = (visited: Visited) => {
    for (const id of statesOf(visited.place)) states.add(id)
    for (const name of visited.place.taken) {
      if (first.has(name)) continue
      open.delete(name)
      first.set(name, pathTo(visited))
      // What is left again at once is passed through all the same.
      for (const id of within.get(name)!) states.add(id)
    }
  }
  explore(machine, samples, visit, () => open.size === 0 && states.size === parts.states.length)
  return { paths: fewest([...first.values()]), coverage: coverageOf(machine, samples, { all, states, first }) }
}

type Found = { all: NamedTransition[]; states: Set<string>; first: Map<string, Path> }

function coverageOf(machine: AnyStateMachine, { unreachable = {} }: Samples, { all, states, first }: Found): Coverage {
  const declared = partsOf(machine).states
  const missing = declared.filter((id) => !states.has(id))
  const taken = all.filter(({ name }) => first.has(name)).length
  const names = Object.keys(unreachable)
  return {
    machine: machine.id,
    states: { total: declared.length, reached: declared.length - missing.length, missing },
    transitions: {
      total: all.length,
      taken,
      unreachable: names.length,
      missing: all.map(({ name }) => name).filter((name) => !first.has(name) && unreachable[name] === undefined),
      contradicted: names.filter((name) => first.has(name) || !all.some((each) => each.name === name)),
    },
  }
}
