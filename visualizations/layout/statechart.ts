import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import { type Chart, type ChartEdge, type ChartNode, edgeText } from '../chart.ts'
import { widthOf } from '../svg/text.ts'

/** Transitions between the same two places, drawn as one arrow with a line of text for each. */
export type Arrow = { id: string; from: string; to: string; edges: ChartEdge[] }

/** What the boxes and arrows of a chart are, before anything has a place. */
export type Drawing = { chart: Chart; nodes: Map<string, ChartNode>; arrows: Map<string, Arrow> }

export const titleSize = 13
export const lineSize = 11
export const lineHeight = 15
export const titleHeight = 26

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.spacing.nodeNode': '34',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  // Otherwise places are relative to the box around them.
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
}

const walk = (node: ChartNode): ChartNode[] => [node, ...node.children.flatMap(walk)]

export const isBox = (node: ChartNode): boolean => node.children.length > 0
export const startOf = (id: string): string => `${id}$start`
export const anyOf = (id: string): string => `${id}$any`

/** What a state does, as lines below its name: entry, activities, transitions that stay, exit. */
export const linesOf = (node: ChartNode, { chart }: Pick<Drawing, 'chart'>): string[] => [
  ...node.entry.map((action) => `entry / ${action}`),
  ...node.invoke.map((src) => `do / ${src}`),
  ...chart.edges.filter((edge) => edge.internal && edge.from === node.id).map(staying),
  ...node.exit.map((action) => `exit / ${action}`),
]

const staying = (edge: ChartEdge) =>
  edge.actions.length > 0 ? `${edgeText(edge)} / ${edge.actions.join(', ')}` : edgeText(edge)

/** Arrows that start at a box and end inside it come from a small state of their own: "in any of these". */
export function drawingOf(chart: Chart): Drawing {
  const nodes = new Map(walk(chart.root).map((node) => [node.id, node]))
  const inside = (box: string, id: string | null): boolean =>
    id !== null && (id === box || inside(box, nodes.get(id)?.parent ?? null))
  const arrows = new Map<string, Arrow>()
  for (const edge of chart.edges.filter(({ internal }) => !internal)) {
    const fromAny = isBox(nodes.get(edge.from)!) && inside(edge.from, edge.to)
    const from = fromAny ? anyOf(edge.from) : edge.from
    const id = `${from}>${edge.to}`
    const arrow = arrows.get(id) ?? { id, from, to: edge.to, edges: [] }
    arrow.edges.push(edge)
    arrows.set(id, arrow)
  }
  return { chart, nodes, arrows }
}

/** The graph as ELK takes it, everything with its size. */
export function graphOf(drawing: Drawing): ElkNode {
  const order = new Map([...drawing.nodes.keys()].map((id, index) => [id, index]))
  const starts = [...drawing.nodes.values()].flatMap((node) =>
    node.initial && node.type !== 'parallel'
      ? [{ id: `${node.id}$first`, from: startOf(node.id), to: node.initial }]
      : [],
  )
  return {
    id: '$',
    layoutOptions: options,
    children: [nodeOf(drawing.chart.root, drawing)],
    edges: [
      ...starts.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
      ...[...drawing.arrows.values()].map((arrow) => edgeOf(arrow, order)),
    ],
  }
}

function nodeOf(node: ChartNode, drawing: Drawing): ElkNode {
  const lines = linesOf(node, drawing)
  const width = Math.max(
    widthOf(node.key, titleSize) + 28,
    ...lines.map((line) => widthOf(line, lineSize) + 20),
    node.type === 'history' ? 30 : 74,
  )
  const head = titleHeight + lines.length * lineHeight
  if (!isBox(node)) return { id: node.id, width, height: Math.max(34, head + 6) }
  const extra: ElkNode[] = []
  if (node.initial && node.type !== 'parallel') extra.push(startNode(node))
  if (drawing.arrows.size > 0 && [...drawing.arrows.values()].some(({ from }) => from === anyOf(node.id)))
    extra.push({ id: anyOf(node.id), width: widthOf('in any of these', lineSize) + 20, height: 22 })
  return {
    id: node.id,
    children: [...extra, ...node.children.map((child) => nodeOf(child, drawing))],
    layoutOptions: {
      'elk.padding': `[top=${head + 14},left=18,bottom=18,right=18]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${head})`,
    },
  }
}

const startNode = (node: ChartNode): ElkNode => ({
  id: startOf(node.id),
  width: 12,
  height: 12,
  layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' },
})

function edgeOf(arrow: Arrow, order: Map<string, number>): ElkExtendedEdge {
  const forward = (order.get(arrow.from) ?? -1) < order.get(arrow.to)!
  const texts = arrow.edges.map(edgeText)
  return {
    id: arrow.id,
    sources: [arrow.from],
    targets: [arrow.to],
    // Down the page is the order of the source; without it regions come out upside down.
    layoutOptions: {
      'elk.layered.priority.direction': forward ? '10' : '0',
      ...(forward && { 'elk.layered.priority.shortness': '5' }),
    },
    labels: [
      {
        id: `${arrow.id}$label`,
        text: texts.join('\n'),
        width: Math.max(...texts.map((text) => widthOf(text, lineSize))) + 10,
        height: lineHeight * texts.length + 3,
        layoutOptions: { 'elk.edgeLabels.inline': 'true' },
      },
    ],
  }
}
