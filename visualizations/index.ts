export { edgeText, toChart, type Chart, type ChartEdge, type ChartNode, type EdgeKind } from './chart.ts'
export { toMermaid } from './mermaid.ts'
export { functionsIn, toStately } from './stately.ts'
export { toOutline } from './outline.ts'
