import type { AnyStateMachine, AnyStateNode } from 'xstate'

/** `event`: its type; the other kinds are XState's own: eventless, delayed, and a child or region that ended. */
export type EdgeKind = 'event' | 'always' | 'after' | 'done' | 'error'
/** `label`: what a person reads (`after reviewTimeout`, `done planner`). `internal`: runs actions, stays where it is. */
export type ChartEdge = {
  id: string
  from: string
  to: string
  kind: EdgeKind
  label: string
  event: string
  guard?: string
  actions: string[]
  internal: boolean
}
/**
 * `id` is XState's (`step.running`); `initial` the id of a child; `invoke` the names of the actors that run here, also
 * of those that entry actions spawn and the state's `meta.activity` names.
 */
export type ChartNode = {
  id: string
  key: string
  type: AnyStateNode['type']
  parent: string | null
  initial?: string
  invoke: string[]
  entry: string[]
  exit: string[]
  tags: string[]
  description?: string
  children: ChartNode[]
}
export type Chart = { id: string; root: ChartNode; edges: ChartEdge[] }

type Transition = AnyStateNode['always'] extends (infer T)[] | undefined ? T : never

/**
 * The machine as nodes and edges. Walks the live state nodes: `machine.definition` and XState's `toDirectedGraph`
 * both leave out every `always` transition.
 */
export function toChart(machine: AnyStateMachine): Chart {
  const edges: ChartEdge[] = []
  const visit = (node: AnyStateNode): ChartNode => {
    const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
    transitions.forEach((transition, i) => edges.push(...edgesOf(node, transition, i)))
    return { ...nodeOf(node), children: Object.values(node.states).map(visit) }
  }
  return { id: machine.id, root: visit(machine.root), edges }
}

/** `event [guard]`, as the charts write it. */
export const edgeText = ({ label, guard }: ChartEdge) => (guard ? `${label} [${guard}]` : label)

const nodeOf = (node: AnyStateNode): Omit<ChartNode, 'children'> => ({
  id: node.id,
  key: node.key,
  type: node.type,
  parent: node.parent?.id ?? null,
  initial: node.initial?.target?.[0]?.id,
  invoke: [...node.invoke.map(({ src }) => nameOf(src)), ...[node.meta?.activity ?? []].flat().map(String)],
  entry: actionNames(node.entry),
  exit: actionNames(node.exit),
  tags: [...node.tags],
  description: node.description,
})

function edgesOf(node: AnyStateNode, transition: Transition, i: number): ChartEdge[] {
  const event = transition.eventType ?? ''
  const internal = !transition.target?.length
  const targets: AnyStateNode[] = internal ? [node] : [...(transition.target ?? [])]
  return targets.map((target) => ({
    id: `${node.id}:${i}:${target.id}`,
    from: node.id,
    to: target.id,
    ...describe(node, event),
    event,
    guard: transition.guard ? guardName(transition.guard) : undefined,
    actions: actionNames(transition.actions ?? []),
    internal,
  }))
}

function describe(node: AnyStateNode, event: string): { kind: EdgeKind; label: string } {
  const after = /^xstate\.after\.(.+)$/.exec(event)?.[1]
  // `<delay>.<state id>`: both may hold dots, and only the state's id is known.
  if (after) return { kind: 'after', label: `after ${after.slice(0, -(node.id.length + 1))}` }
  const [, kind, id] = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(event) ?? []
  if (kind === 'done' || kind === 'error') return { kind, label: `${kind} ${invokedName(node, id ?? '')}` }
  return event ? { kind: 'event', label: event === '*' ? 'any event' : event } : { kind: 'always', label: 'always' }
}

/** An invocation without an id of its own is called `0.step.running`: its source says more. */
function invokedName(node: AnyStateNode, id: string) {
  const invoked = node.invoke.find((invocation) => invocation.id === id)
  return invoked && id.endsWith(`.${node.id}`) ? nameOf(invoked.src) : id.startsWith(`${node.id}`) ? node.key : id
}

/** Without those XState adds by itself for every `after`: raising its event on entry, cancelling it on exit. */
const actionNames = (actions: readonly unknown[]) =>
  actions
    .filter((action: any) => {
      const delayed = action?.event?.type ?? action?.sendId
      return !(typeof delayed === 'string' && delayed.startsWith('xstate.after.'))
    })
    .map(nameOf)

const nameOf = (named: any): string =>
  typeof named === 'string' ? named : String(named?.type || named?.id || named?.name || 'inline')

/** Composed guards (`and`, `or`, `not`) carry their parts. */
function guardName(guard: any): string {
  const parts: unknown[] = guard?.guards ?? []
  if (parts.length === 0) return nameOf(guard)
  const kind = guard.check?.name?.replace(/^check/, '').toLowerCase() || guard.name
  return parts.length === 1 ? `not ${guardName(parts[0])}` : parts.map(guardName).join(` ${kind} `)
}
