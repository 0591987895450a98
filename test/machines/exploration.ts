// Drives a machine through everything a list of events can do to it, with xstate/graph, and says which states it reached.
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  getMicrosteps,
  getNextTransitions,
} from 'xstate'
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from 'xstate/graph'

type Exploration = {
  input: any
  /** Events that may happen, the runtime's own (`xstate.done.actor.…`, `xstate.after.…`) included. */
  events: any[]
  /** What, beside the state, decides about what may happen next; it bounds the walk. */
  key: (context: any) => unknown
  /** Where to stop: what lies beyond has been seen before. */
  within?: (context: any) => boolean
}

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)]
const active = (snapshot: AnyMachineSnapshot) =>
  (snapshot as any)._nodes.map((node: AnyStateNode) => node.id) as string[]

/** Those events some transition asks for: the others would be edges from a state to itself. */
const possible = (snapshot: AnyMachineSnapshot, options: Exploration) => {
  if (snapshot.status !== 'active' || options.within?.(snapshot.context) === false) return []
  const asked = new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType as string))
  return options.events.filter(({ type }) => asked.has(type) || asked.has(type.replace(/[^.]+$/, '*')))
}

const traversal = (options: Exploration) => ({
  input: options.input,
  events: (snapshot: any) => possible(snapshot, options),
  serializeState: (snapshot: any) => JSON.stringify([snapshot.value, snapshot.status, options.key(snapshot.context)]),
  limit: 20_000,
})

/** All declared states, history aside, and those some event led into or through. */
export function reachedStates(machine: AnyStateMachine, explorations: Exploration[]) {
  const declared = nodesOf(machine.root)
    .filter((node) => node.type !== 'history')
    .map((node) => node.id)
  const reached = new Set<string>()
  let edges = 0
  for (const options of explorations) {
    const map = getAdjacencyMap(machine as any, traversal(options) as any)
    for (const { state, event } of adjacencyMapToArray(map as any) as any[]) {
      active(state).forEach((id) => reached.add(id))
      if (state.status !== 'active') continue
      edges++
      for (const [snapshot] of getMicrosteps(machine, state, event)) active(snapshot).forEach((id) => reached.add(id))
    }
  }
  const missing = declared.filter((id) => !reached.has(id))
  console.info(
    `${machine.id}: ${declared.length - missing.length} of ${declared.length} states reached, ${edges} edges`,
  )
  return { declared, missing }
}

/** For every final state at the top the events of a shortest way there. */
export function waysToFinalStates(machine: AnyStateMachine, options: Exploration): Record<string, string[]> {
  const paths = getShortestPaths(machine as any, traversal(options) as any)
  const ways: Record<string, string[]> = {}
  for (const { state, steps } of paths as any[]) {
    if (state.status !== 'done') continue
    const events = steps.map(({ event }: any) => event.type).slice(1)
    const name = String(state.value)
    if (!ways[name] || events.length < ways[name]!.length) ways[name] = events
  }
  return ways
}
