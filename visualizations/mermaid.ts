import { edgeText, type Chart, type ChartEdge, type ChartNode } from './chart.ts'

/**
 * A Mermaid `stateDiagram-v2` of the chart, as GitHub and Markdown viewers draw it.
 *
 * Mermaid cannot draw an edge from a box to itself or to what lies inside it, so what a compound state does in any of
 * its children starts from a small state `any` within it.
 */
export function toMermaid(chart: Chart): string {
  const names = nameStates(chart.root)
  const drawing = { names, edges: chart.edges, inside: insideOf(chart.root) }
  const alone = !needsAny(chart.root, drawing)
  const lines = alone ? drawChildren(chart.root, drawing) : drawNode(chart.root, drawing)
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`), ...drawEdges(drawing).map((l) => `  ${l}`), ''].join(
    '\n',
  )
}

type Drawing = { names: Map<string, string>; edges: ChartEdge[]; inside: Map<string, Set<string>> }

const isBox = (node: ChartNode) => node.children.length > 0
const walk = (node: ChartNode): ChartNode[] => [node, ...node.children.flatMap(walk)]
const insideOf = (root: ChartNode) =>
  new Map(walk(root).map((node) => [node.id, new Set(isBox(node) ? walk(node).map(({ id }) => id) : [])]))

/** Mermaid's ids are words; two states may come out alike, so later ones are numbered. */
function nameStates(root: ChartNode) {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const { id } of walk(root)) {
    const word = `s_${id.replace(/[^A-Za-z0-9]+/g, '_')}`
    let name = word
    for (let n = 2; taken.has(name); n += 1) name = `${word}_${n}`
    taken.add(name)
    names.set(id, name)
  }
  return names
}

const fromAny = ({ inside }: Drawing, edge: ChartEdge) => inside.get(edge.from)?.has(edge.to) ?? false
const needsAny = (node: ChartNode, drawing: Drawing) =>
  drawing.edges.some((edge) => edge.from === node.id && fromAny(drawing, edge))

function drawNode(node: ChartNode, drawing: Drawing): string[] {
  const name = drawing.names.get(node.id)
  const invoked = node.invoke.map((src) => `do / ${src}`)
  if (isBox(node)) {
    const title = [node.key, ...invoked].map(escaped).join(', ')
    return [`state "${title}" as ${name} {`, ...drawChildren(node, drawing).map((line) => `  ${line}`), '}']
  }
  const stays = drawing.edges.filter((edge) => edge.internal && edge.from === node.id).map(edgeText)
  const notes = [...invoked, ...node.entry.map((action) => `entry / ${action}`), ...stays]
  const title = node.type === 'history' ? 'H' : node.key
  return [`state "${escaped(title)}" as ${name}`, ...notes.map((note) => `${name} : ${escaped(note)}`)]
}

function drawChildren(node: ChartNode, drawing: Drawing): string[] {
  if (node.type === 'parallel') return drawRegions(node, drawing)
  const initial = node.initial && drawing.names.get(node.initial)
  return [
    ...(initial ? [`[*] --> ${initial}`] : []),
    ...drawAny(node, drawing),
    ...node.children.flatMap((child) => drawNode(child, drawing)),
    ...node.children.filter(({ type }) => type === 'final').map(({ id }) => `${drawing.names.get(id)} --> [*]`),
  ]
}

function drawRegions(node: ChartNode, drawing: Drawing): string[] {
  const regions = node.children.map((child) => drawNode(child, drawing))
  const any = drawAny(node, drawing)
  return [...(any.length > 0 ? [any] : []), ...regions].flatMap((region, i) => (i > 0 ? ['--', ...region] : region))
}

function drawAny(node: ChartNode, drawing: Drawing): string[] {
  if (!needsAny(node, drawing)) return []
  const name = `${drawing.names.get(node.id)}_any`
  const stays = drawing.edges.filter((edge) => edge.internal && edge.from === node.id)
  return [`state "in any of these" as ${name}`, ...stays.map((edge) => `${name} : ${escaped(edgeText(edge))}`)]
}

/** One arrow for each pair of states, with a line of text for each transition between them. */
function drawEdges(drawing: Drawing): string[] {
  const arrows = new Map<string, string[]>()
  for (const edge of drawing.edges.filter(({ internal }) => !internal)) {
    const from = drawing.names.get(edge.from) + (fromAny(drawing, edge) ? '_any' : '')
    const arrow = `${from} --> ${drawing.names.get(edge.to)}`
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), escaped(edgeText(edge))])
  }
  return [...arrows].map(([arrow, texts]) => {
    const text = [...new Set(texts)].filter(Boolean).join('<br/>')
    return text ? `${arrow} : ${text}` : arrow
  })
}

/** Characters that end a label, begin a comment or are read as markup, as Mermaid's entities. */
const escaped = (text: string) => text.replace(/[#;:"<>{}%\\]/g, (c) => `#${c.charCodeAt(0)};`).replace(/\s+/g, ' ')
