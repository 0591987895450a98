import type { AnyStateMachine, AnyStateNode } from 'xstate'

/** One branch of a transition: each guarded branch counts by itself. */
export type NamedTransition = {
  name: string
  /** Its source state and all around it. */
  within: string[]
}

type Definition = { source: AnyStateNode; target?: { id: string }[]; guard?: unknown }

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)]

const guardName = (guard: unknown): string =>
  typeof guard === 'string' ? guard : ((guard as { type?: string }).type ?? 'inline')

const selfAndAbove = (node: AnyStateNode): string[] => [node.id, ...(node.parent ? selfAndAbove(node.parent) : [])]

const named = (definition: Definition, event: string, index: number): NamedTransition => {
  const { source, target, guard } = definition
  const guarded = guard ? ` [${guardName(guard)}]` : ''
  const to = target?.length ? ` -> ${target.map(({ id }) => id).join(', ')}` : ''
  const which = index > 0 ? ` (${index + 1})` : ''
  return { name: `${source.id}: ${event}${which}${guarded}${to}`, within: selfAndAbove(source) }
}

/** What there is to cover in a machine; histories are no states one can be in. */
export function partsOf(machine: AnyStateMachine): { states: string[]; transitions: Map<object, NamedTransition> } {
  const nodes = nodesOf(machine.root)
  const transitions = new Map<object, NamedTransition>()
  for (const node of nodes) {
    const arrays = [...node.transitions.entries(), ['always', node.always ?? []] as const]
    for (const [event, definitions] of arrays)
      definitions.forEach((definition, index) =>
        transitions.set(definition, named(definition as unknown as Definition, event, index)),
      )
  }
  return { states: nodes.filter(({ type }) => type !== 'history').map(({ id }) => id), transitions }
}
