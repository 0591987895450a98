import type { Chart, ChartEdge, ChartNode } from './chart.ts'

/**
 * The chart without what lies deeper than `depth` levels below the root, and without what states do. An edge of a
 * hidden state is drawn at the box that hides it, with its guard alone: what is asked there decides where it leads. What
 * happens wholly inside a box, or stays in its state, is left out.
 */
export function toOutline(chart: Chart, depth = 1): Chart {
  const shown = new Map<string, string>()
  const cut = (node: ChartNode, level: number, box: string): ChartNode => {
    const at = level > depth ? box : node.id
    shown.set(node.id, at)
    const children = node.children.map((child) => cut(child, level + 1, at))
    const bare = { ...node, invoke: [], entry: [], exit: [] }
    return level < depth ? { ...bare, children } : { ...bare, type: asLeaf(node), children: [] }
  }
  const root = cut(chart.root, 0, chart.root.id)
  const edges = chart.edges.flatMap((edge): ChartEdge[] => {
    const [from, to] = [shown.get(edge.from) ?? edge.from, shown.get(edge.to) ?? edge.to]
    if (edge.internal || (from === to && edge.from !== edge.to)) return []
    const asked = from === edge.from ? edge : { ...edge, label: edge.guard ?? '', guard: undefined }
    return [{ ...asked, from, to }]
  })
  return { id: chart.id, root, edges }
}

const asLeaf = ({ type }: ChartNode) => (type === 'final' || type === 'history' ? type : 'atomic')
