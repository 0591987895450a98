import type { Chart, ChartNode } from './chart.ts'

/** A transition that was taken: ids of its source and targets, the event's type ('' when eventless). */
export type Taken = { readonly source: string; readonly event: string; readonly targets: readonly string[] }

/** Ids of all states that a state value names, boxes included. */
export function statesIn(chart: Chart, value: unknown): string[] {
  const inside = (node: ChartNode, part: unknown): string[] => {
    if (typeof part === 'string') return childOf(node, part).flatMap((child) => [child.id])
    if (typeof part !== 'object' || part === null) return []
    return Object.entries(part).flatMap(([key, deeper]) =>
      childOf(node, key).flatMap((child) => [child.id, ...inside(child, deeper)]),
    )
  }
  return [chart.root.id, ...inside(chart.root, value)]
}

/** Ids of the edges that these transitions are. */
export const edgesTaken = (chart: Chart, taken: readonly Taken[]): string[] => {
  const keys = new Set(taken.flatMap(({ source, event, targets }) => targets.map((to) => keyOf(source, event, to))))
  return chart.edges
    .filter(({ from, event, to, internal }) => !internal && keys.has(keyOf(from, event, to)))
    .map(({ id }) => id)
}

const keyOf = (...parts: string[]) => parts.join('\u0001')
const childOf = (node: ChartNode, key: string) => node.children.filter((child) => child.key === key)
