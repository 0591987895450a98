import { expect, it } from 'vitest'
import { edgeText, toChart, toOutline } from '../../visualizations/index.ts'
import { sampleMachine } from './sample-machine.ts'

it('an outline keeps the upper levels, and draws the edges of what is hidden at the box that hides it', () => {
  const { root, edges } = toOutline(toChart(sampleMachine))
  expect(root.children.map(({ key, children }) => [key, children.length])).toContainEqual(['work', 0])
  expect(edges.map((edge) => `${edge.from} -> ${edge.to}: ${edgeText(edge)}`)).toEqual([
    'sample -> sample.stopped: sample.stop',
    'sample.idle -> sample.work: sample.go [isAllowed and not isFresh]',
    'sample.work -> sample.choosing: done work',
    'sample.work -> sample.broken: ',
    'sample.work -> sample.broken: ',
    'sample.choosing -> sample.stopped: always [isFresh]',
    'sample.choosing -> sample.resting: always',
    'sample.resting -> sample.idle: any event',
    'sample.resting -> sample.back: ',
    'sample.back -> sample.resting: sample.return',
    'sample.broken -> sample.work: sample.retry',
  ])
})
