// Walks a machine and its re-imported copy side by side.
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

type Told = { type: string; allow: string[]; output: object; error: Error }
type Implementations = Record<'guards' | 'actions' | 'delays' | 'actors', Record<string, unknown>>
/** `pairs`: value and status of both after every event; `reached`: ids of the states the original was in. */
export type Walk = { pairs: [original: unknown, copy: unknown][]; reached: Set<string> }

const implementationsOf = (machine: AnyStateMachine) => machine.implementations as unknown as Implementations

/** Runs Stately source text as the module that it is. */
export function importStately(source: string): AnyStateMachine {
  const body = source
    .replace("import { createMachine } from 'xstate'\n", '')
    .replace('export const machine =', 'return')
  return new Function('createMachine', body)(createMachine) as AnyStateMachine
}

/** The machine with every guard answered by the event, actions silent, and no context to compute. */
function answered(machine: AnyStateMachine, { guards, actions, delays, actors }: Implementations): AnyStateMachine {
  const each = (names: object, value: (name: string) => unknown) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, value(name)]))
  return createMachine({ ...machine.config, context: {} } as never).provide({
    guards: each(
      guards,
      (guard) =>
        ({ event }: { event: Told }) =>
          event.allow?.includes(guard),
    ),
    actions: each(actions, () => () => {}),
    delays: each(delays, () => 1),
    actors: each(actors, () => fromPromise(() => Promise.resolve())),
  } as never)
}

/** Every event of the chart, with no guard open, all open, each alone, and all but each. */
function eventsOf(machine: AnyStateMachine): Told[] {
  const guards = Object.keys(implementationsOf(machine).guards)
  const types = [...new Set(toChart(machine).edges.map(({ event }) => event))].filter((type) => type && type !== '*')
  const answers = [
    [],
    guards,
    ...guards.map((guard) => [guard]),
    ...guards.map((guard) => guards.filter((other) => other !== guard)),
  ]
  return [...types, 'event.unknown'].flatMap((type) =>
    answers.map((allow) => ({ type, allow, output: {}, error: new Error('told') })),
  )
}

/**
 * Takes every transition of the chart without knowing what any payload means: guards answer what the event tells
 * them, actions do nothing.
 */
export function walkStructure(original: AnyStateMachine, copy: AnyStateMachine): Walk {
  const implementations = implementationsOf(original)
  return walk(answered(original, implementations), answered(copy, implementations), {}, eventsOf(original))
}

/** Runs the original's own guards, actions and delays in both, on real payloads. The copy is given its context too. */
export function walkBehaviour(
  original: AnyStateMachine,
  copy: AnyStateMachine,
  input: unknown,
  events: AnyEventObject[],
  serialize?: (snapshot: AnyMachineSnapshot) => unknown,
): Walk {
  const restored = createMachine({ ...copy.config, context: original.config.context } as never)
  return walk(original, restored.provide(original.implementations as never), input, events, serialize)
}

function walk(
  original: AnyStateMachine,
  copy: AnyStateMachine,
  input: unknown,
  events: AnyEventObject[],
  serialize: (snapshot: AnyMachineSnapshot) => unknown = () => null,
): Walk {
  const paths = getShortestPaths(original, {
    events: events as never,
    input: input as never,
    serializeState: (snapshot: AnyMachineSnapshot) =>
      JSON.stringify([snapshot.value, snapshot.status, serialize(snapshot)]),
    // An error that no state handles would put the whole machine into error, from where nothing leads on.
    filterEvents: (snapshot: AnyMachineSnapshot, { type }: AnyEventObject) =>
      snapshot.status === 'active' &&
      (!type.startsWith('xstate.') || snapshot._nodes.some(({ transitions }) => transitions.has(type))),
    limit: 100_000,
  })
  const found: Walk = { pairs: [], reached: new Set() }
  for (const { steps } of paths) {
    let [a] = initialTransition(original, input as never)
    let [b] = initialTransition(copy, input as never)
    for (const { event } of steps) {
      if (event.type !== 'xstate.init') [[a], [b]] = [transition(original, a, event), transition(copy, b, event)]
      const [left, right] = [a, b].map(({ value, status }) => ({ value, status }))
      found.pairs.push([left, right])
      for (const { id } of (a as AnyMachineSnapshot)._nodes) found.reached.add(id)
    }
  }
  return found
}
