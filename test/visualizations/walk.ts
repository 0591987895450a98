// Walks two machines side by side. Guards answer what the event tells them and actions do nothing, so every
// transition of the chart can be taken without knowing what any payload means.
import { initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { toChart } from '../../visualizations/index.ts'

type Told = { type: string; allow: string[]; output: object; error: Error }

const implementationsOf = (machine: AnyStateMachine) =>
  machine.implementations as unknown as Record<string, Record<string, unknown>>
const namesOf = (machine: AnyStateMachine, kind: string) => Object.keys(implementationsOf(machine)[kind] ?? {})

/** The machine with its guards answered by the event and its actions silenced; delays and actors stay its own. */
const answered = (machine: AnyStateMachine): AnyStateMachine =>
  machine.provide({
    guards: Object.fromEntries(
      namesOf(machine, 'guards').map((guard) => [guard, ({ event }: { event: Told }) => event.allow?.includes(guard)]),
    ),
    actions: Object.fromEntries(namesOf(machine, 'actions').map((action) => [action, () => {}])),
  } as never) as AnyStateMachine

/** Every event of the chart, with no guard open, all open, and each alone. */
function eventsOf(machine: AnyStateMachine): Told[] {
  const guards = namesOf(machine, 'guards')
  const types = [...new Set(toChart(machine).edges.map(({ event }) => event))].filter((type) => type && type !== '*')
  return [...types, 'event.unknown'].flatMap((type) =>
    [[], guards, ...guards.map((guard) => [guard])].map((allow) => ({
      type,
      allow,
      output: {},
      error: new Error('told'),
    })),
  )
}

/** Both walk the shortest paths of `original`; returns the pairs of values after every event, and the states reached. */
export function walkBeside(original: AnyStateMachine, other: AnyStateMachine, input: unknown = {}) {
  const [left, right] = [answered(original), answered(other)]
  const paths = getShortestPaths(left, {
    events: eventsOf(original) as never,
    input: input as never,
    serializeState: (snapshot: AnyMachineSnapshot) => JSON.stringify([snapshot.value, snapshot.status]),
    limit: 100_000,
  })
  const pairs: [unknown, unknown][] = []
  const reached = new Set<string>()
  for (const { steps } of paths) {
    let [a] = initialTransition(left, input as never)
    let [b] = initialTransition(right, input as never)
    for (const { event } of steps) {
      if (event.type !== 'xstate.init') [[a], [b]] = [transition(left, a, event), transition(right, b, event)]
      pairs.push([
        [a.value, a.status],
        [b.value, b.status],
      ])
      for (const node of a._nodes) reached.add(node.id)
    }
  }
  return { pairs, reached }
}
