import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import { type Chart, type ChartNode, edgeText } from '../chart.ts'
import { layOut } from '../layout/index.ts'
import {
  type Arrow,
  type Drawing,
  drawingOf,
  graphOf,
  isBox,
  lineHeight,
  linesOf,
  startOf,
  titleHeight,
} from '../layout/statechart.ts'
import { round, roundedPath } from './path.ts'
import { svgOf } from './style.ts'
import { escaped } from './text.ts'

/** What of a chart is live: ids of states and of edges (`ChartEdge.id`). */
export type Highlights = {
  active?: Iterable<string>
  visited?: Iterable<string>
  taken?: Iterable<string>
}

type Marks = { active: Set<string>; visited: Set<string>; taken: Set<string> }

/**
 * A statechart as SVG, needing no browser and no network. Every state carries `data-state`, every arrow `data-edges`
 * (the ids of its transitions, apart by spaces): whoever shows it live sets the classes `active`, `visited` and `taken`.
 */
export async function toSvg(chart: Chart, highlights: Highlights = {}): Promise<string> {
  const drawing = drawingOf(chart)
  const marks: Marks = {
    active: new Set(highlights.active),
    visited: new Set(highlights.visited),
    taken: new Set(highlights.taken),
  }
  const graph = await layOut(graphOf(drawing))
  const [boxes, edges] = [(graph.children ?? []).flatMap(allIn), edgesIn(graph)]
  return svgOf(graph, `statechart ${escaped(chart.id)}`, [
    ...boxes.map((box) => drawBox(box, drawing, marks)),
    ...edges.flatMap((edge) => drawEdge(edge, drawing, marks)),
    ...edges.flatMap((edge) => drawLabels(edge, drawing, marks)),
  ])
}

const allIn = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(allIn)]
const edgesIn = (node: ElkNode): ElkExtendedEdge[] => [...(node.edges ?? []), ...(node.children ?? []).flatMap(edgesIn)]

function drawBox(box: ElkNode, drawing: Drawing, marks: Marks): string {
  const node = drawing.nodes.get(box.id)
  if (node) return drawState(node, box as Placed, drawing, marks)
  const { x, y, width, height } = box as Placed
  if (box.id === startOf(box.id.slice(0, -'$start'.length)))
    return `<circle class="start" cx="${round(x + 6)}" cy="${round(y + 6)}" r="6"/>`
  return (
    `<g class="any"><rect ${rectangle(box as Placed)} rx="11"/>` +
    `<text class="line" x="${round(x + width / 2)}" y="${round(y + height / 2 + 4)}" text-anchor="middle">in any of these</text></g>`
  )
}

type Placed = { x: number; y: number; width: number; height: number }

const rectangle = ({ x, y, width, height }: Placed) =>
  `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`

function drawState(node: ChartNode, at: Placed, drawing: Drawing, marks: Marks): string {
  const lines = linesOf(node, drawing)
  const box = isBox(node)
  const inner = { x: at.x + 3, y: at.y + 3, width: at.width - 6, height: at.height - 6 }
  const rule = round(at.y + titleHeight - 2 + lines.length * lineHeight)
  // In a box the words stand at its top left, in a state they are centred.
  const [x, anchor] = box ? [round(at.x + 12), 'start'] : [round(at.x + at.width / 2), 'middle']
  const top = box ? at.y + 17 : at.y + (at.height - lines.length * lineHeight) / 2 + 4.5
  const text = (words: string, cls: string, y: number) =>
    `<text class="${cls}" x="${x}" y="${round(y)}" text-anchor="${anchor}">${escaped(words)}</text>`
  return [
    `<g class="${classesOf(node, drawing, marks)}" data-state="${escaped(node.id)}">`,
    node.description ? `<title>${escaped(node.description)}</title>` : '',
    `<rect ${rectangle(at)} rx="${node.type === 'final' ? 17 : 9}"/>`,
    node.type === 'final' ? `<rect class="inner" ${rectangle(inner)} rx="14"/>` : '',
    box ? `<line x1="${round(at.x)}" x2="${round(at.x + at.width)}" y1="${rule}" y2="${rule}"/>` : '',
    text(node.type === 'history' ? 'H' : node.key, 'title', top),
    ...lines.map((line, i) => text(line, 'line', top + (i + 1) * lineHeight)),
    '</g>',
  ].join('')
}

const classesOf = (node: ChartNode, { nodes, chart }: Drawing, marks: Marks): string =>
  [
    'state',
    node.type,
    node.id === chart.root.id && 'root',
    node.parent !== null && nodes.get(node.parent)?.type === 'parallel' && 'region',
    marks.active.has(node.id) && 'active',
    marks.visited.has(node.id) && 'visited',
  ]
    .filter(Boolean)
    .join(' ')

const isTaken = (arrow: Arrow | undefined, { taken }: Marks) => arrow?.edges.some(({ id }) => taken.has(id)) ?? false

function drawEdge(edge: ElkExtendedEdge, { arrows }: Drawing, marks: Marks): string[] {
  const arrow = arrows.get(edge.id)
  const taken = isTaken(arrow, marks)
  const ids = arrow ? ` data-edges="${escaped(arrow.edges.map(({ id }) => id).join(' '))}"` : ''
  return (edge.sections ?? []).map(({ startPoint, bendPoints = [], endPoint }) => {
    const d = roundedPath([startPoint, ...bendPoints, endPoint])
    return `<path class="edge${taken ? ' taken' : ''}"${ids} d="${d}" marker-end="url(#arrow${taken ? '-on' : ''})"/>`
  })
}

function drawLabels(edge: ElkExtendedEdge, { arrows }: Drawing, marks: Marks): string[] {
  const arrow = arrows.get(edge.id)
  if (!arrow) return []
  const ids = escaped(arrow.edges.map(({ id }) => id).join(' '))
  return (edge.labels ?? []).map((label) => {
    const at = label as Placed
    const texts = arrow.edges.map(
      (part, i) =>
        `<text${part.kind === 'event' ? '' : ' class="quiet"'} x="${round(at.x + at.width / 2)}" y="${round(at.y + 12.5 + i * lineHeight)}" text-anchor="middle">${escaped(edgeText(part))}</text>`,
    )
    const taken = isTaken(arrow, marks) ? ' taken' : ''
    return `<g class="label${taken}" data-edges="${ids}"><rect ${rectangle(at)} rx="4"/>${texts.join('')}</g>`
  })
}
