import type { ElkNode } from 'elkjs/lib/elk-api.js'
import { layOut } from '../layout/index.ts'
import { round, roundedPath } from './path.ts'
import { svgOf } from './style.ts'
import { escaped, shortened, widthOf } from './text.ts'

/** A step as its chain's picture shows it; what is not known yet is left out. */
export type ChainStep = {
  name: string
  type: string
  dependsOn: readonly string[]
  state: string
  /** Waits for a person. */
  waiting?: boolean
  reworkCount?: number
  confidence?: { score: number; level: string } | null
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '40',
  'elk.spacing.nodeNode': '18',
  'elk.padding': '[top=12,left=12,bottom=12,right=12]',
}

// A name of 100 letters would make all columns as wide.
const longestName = 40

/** A chain as SVG, from what depends on nothing at the left. Steps carry `data-step` and their state as a class. */
export async function chainToSvg(name: string, steps: readonly ChainStep[]): Promise<string> {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const graph = await layOut({
    id: '$',
    layoutOptions: options,
    children: steps.map((step) => ({ id: step.name, width: widthOfStep(step), height: 44 })),
    edges: steps.flatMap((step) =>
      step.dependsOn
        .filter((before) => byName.has(before))
        .map((before) => ({ id: `${before}>${step.name}`, sources: [before], targets: [step.name] })),
    ),
  })
  const lines = (graph.edges ?? []).flatMap(({ sections = [] }) =>
    sections.map(({ startPoint, bendPoints = [], endPoint }) => {
      const d = roundedPath([startPoint, ...bendPoints, endPoint])
      return `<path class="edge" d="${d}" marker-end="url(#arrow)"/>`
    }),
  )
  const boxes = (graph.children ?? []).map((box) => drawStep(box, byName.get(box.id)!))
  return svgOf(graph, `chain ${escaped(name)}`, [...lines, ...boxes])
}

const widthOfStep = (step: ChainStep) =>
  Math.max(110, widthOf(shortened(step.name, longestName), 13) + 24, widthOf(factsOf(step), 11) + 24)

/** One line below the name: `implement · passed · green 1.00 · rework 1`. */
const factsOf = ({ type, state, waiting, reworkCount, confidence }: ChainStep): string =>
  [
    type,
    waiting ? `${state}, waits` : state,
    ...(confidence ? [`${confidence.level} ${confidence.score.toFixed(2)}`] : []),
    ...(reworkCount ? [`rework ${reworkCount}`] : []),
  ].join(' · ')

function drawStep({ x = 0, y = 0, width = 0, height = 0 }: ElkNode, step: ChainStep): string {
  const text = (cls: string, words: string, down: number) =>
    `<text class="${cls}" x="${round(x + width / 2)}" y="${round(y + down)}" text-anchor="middle">${escaped(words)}</text>`
  const classes = ['step', step.state, ...(step.waiting ? ['waiting'] : [])].join(' ')
  return [
    `<g class="${classes}" data-step="${escaped(step.name)}"><title>${escaped(step.name)}: ${escaped(factsOf(step))}</title>`,
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="9"/>`,
    text('title', shortened(step.name, longestName), 18),
    text('line', factsOf(step), 34),
    '</g>',
  ].join('')
}
