// Walks a machine and its re-imported copy side by side, along the shortest paths of the original.
import {
  createMachine,
  fromPromise,
  initialTransition,
  transition,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { toChart } from '../../visualizations/index.ts'

/** An event that says which guards are open; `asked` counts how often each was asked while it was handled. */
type Told = { type: string; allow: string[]; asked: Record<string, number>; output: object; error: Error }
type Implementations = Record<'guards' | 'actions' | 'delays' | 'actors', Record<string, unknown>>
/** `pairs`: value and status of both after every event; `reached`: ids of the states the original rested in. */
export type Walk = { pairs: [original: unknown, copy: unknown][]; reached: Set<string> }

/** Runs Stately source text as the module that it is. */
export function importStately(source: string): AnyStateMachine {
  const body = source
    .replace("import { createMachine } from 'xstate'\n", '')
    .replace('export const machine =', 'return')
  return new Function('createMachine', body)(createMachine) as AnyStateMachine
}

/**
 * Goes wherever the chart leads, without knowing what any payload means: guards answer what the event tells them,
 * actions do nothing.
 */
export function walkStructure(original: AnyStateMachine, copy: AnyStateMachine): Walk {
  const implementations = original.implementations as unknown as Implementations
  const left = answered(original, implementations)
  const types = [...new Set(toChart(original).edges.map(({ event }) => event.replace('*', 'any')))].filter(Boolean)
  return walk(left, answered(copy, implementations), {}, (snapshot) => [
    told('event.unknown'),
    ...types.filter((type) => handles(snapshot, type)).flatMap((type) => answersThatMatter(left, snapshot, type)),
  ])
}

/** `facts`: what of the context decides where events lead, so that paths are told apart by it. */
export type Payloads = { input: object; events: AnyEventObject[]; facts?: (context: any) => unknown }

/** Runs the original's own guards, actions and delays in both, on real payloads. The copy is given its context too. */
export function walkBehaviour(original: AnyStateMachine, copy: AnyStateMachine, payloads: Payloads): Walk {
  const restored = createMachine({ ...copy.config, context: original.config.context } as never)
  const given = restored.provide(original.implementations as never)
  return walk(original, given, payloads.input, () => payloads.events, payloads.facts)
}

/** The machine with every guard answered by the event, actions silent, and no context to compute. */
function answered(machine: AnyStateMachine, { guards, actions, delays, actors }: Implementations): AnyStateMachine {
  const each = (names: object, value: (name: string) => unknown) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, value(name)]))
  return createMachine({ ...machine.config, context: {} } as never).provide({
    guards: each(guards, (guard) => (args: { event: Told }) => isOpen(args.event, guard)),
    actions: each(actions, () => () => {}),
    delays: each(delays, () => 1),
    actors: each(actors, () => fromPromise(() => Promise.resolve())),
  } as never)
}

// A guard that stays open for ever would let two eventless transitions chase each other.
const mostAnswers = 3
function isOpen({ allow = [], asked = {} }: Partial<Told>, guard: string) {
  asked[guard] = (asked[guard] ?? 0) + 1
  return allow.includes(guard) && asked[guard] <= mostAnswers
}

const told = (type: string, allow: string[] = []): Told => ({
  type,
  allow,
  asked: {},
  output: {},
  error: new Error('told'),
})
const fresh = (event: AnyEventObject): AnyEventObject => ('asked' in event ? { ...event, asked: {} } : event)

const handles = ({ _nodes }: AnyMachineSnapshot, type: string) =>
  _nodes.some(({ transitions }) => [type, '*', type.replace(/[^.]+$/, '*')].some((named) => transitions.has(named)))

/** The event with none of its guards open, and with each set of up to three that leads somewhere else. */
function answersThatMatter(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, type: string): Told[] {
  const events: Told[] = []
  const [ends, everAsked] = [new Set<string>(), new Set<string>()]
  const sets: string[][] = [[]]
  for (const allow of sets) {
    const event = told(type, allow)
    const [next] = transition(machine, snapshot, event)
    const end = JSON.stringify([next.value, next.status])
    const asked = Object.keys(event.asked)
    const news = !ends.has(end) || asked.some((guard) => !everAsked.has(guard))
    if (!ends.has(end)) events.push(event)
    ends.add(end)
    for (const guard of asked) everAsked.add(guard)
    if (!news || allow.length === 3) continue
    sets.push(...asked.filter((guard) => !allow.includes(guard)).map((guard) => [...allow, guard]))
  }
  return events
}

function walk(
  original: AnyStateMachine,
  copy: AnyStateMachine,
  input: unknown,
  events: (snapshot: AnyMachineSnapshot) => AnyEventObject[],
  facts: (context: any) => unknown = () => null,
): Walk {
  const paths = getShortestPaths(askedAnew(original), {
    events: events as never,
    input: input as never,
    serializeState: (snapshot: AnyMachineSnapshot) =>
      JSON.stringify([snapshot.value, snapshot.status, facts(snapshot.context)]),
    // XState's pure transition also moves machines that have ended; a running actor does not.
    filterEvents: ({ status }) => status === 'active',
    limit: 100_000,
  })
  const found: Walk = { pairs: [], reached: new Set() }
  for (const { steps } of paths) {
    let [a] = initialTransition(original, input as never)
    let [b] = initialTransition(copy, input as never)
    for (const { event } of steps) {
      if (event.type !== 'xstate.init') {
        a = transition(original, a, fresh(event))[0]
        b = transition(copy, b, fresh(event))[0]
      }
      const [left, right] = [a, b].map(({ value, status }) => ({ value, status }))
      found.pairs.push([left, right])
      for (const { id } of (a as AnyMachineSnapshot)._nodes) found.reached.add(id)
    }
  }
  return found
}

/** The machine, every event of which counts anew how often its guards were asked. */
const askedAnew = (machine: AnyStateMachine): AnyStateMachine =>
  Object.create(machine, {
    transition: {
      value: (snapshot: AnyMachineSnapshot, event: AnyEventObject, scope: never) =>
        machine.transition(snapshot, fresh(event), scope),
    },
  })
