import { describe, expect, it } from 'vitest'
import { edgeText, toChart } from '../../visualizations/index.ts'
import { sampleMachine } from './sample-machine.ts'

const { root, edges } = toChart(sampleMachine)
const written = edges.map((edge) => `${edge.from} -> ${edge.to}: ${edgeText(edge)}`)

describe('the chart of a machine', () => {
  it('shows eventless transitions, which XState leaves out of its own definition', () => {
    expect(written).toContain('sample.choosing -> sample.stopped: always [isFresh]')
    expect(written).toContain('sample.choosing -> sample.resting: always')
  })

  it('names delays, also those with dots in them, and the ends of children and regions', () => {
    expect(written).toContain('sample.work.fetch_part.waiting -> sample.broken: after long.patience')
    expect(written).toContain('sample.work.fetch-part.fetching -> sample.work.fetch-part.fetched: done fetcher')
    expect(written).toContain('sample.work.fetch-part.fetching -> sample.broken: error fetcher')
    expect(written).toContain('sample.work -> sample.choosing: done work')
  })

  it('writes composed guards as their parts', () => {
    expect(written).toContain('sample.idle -> sample.work: sample.go [isAllowed and not isFresh]')
  })

  it('keeps apart a transition that stays and one that enters its state again', () => {
    const internal = edges.filter((edge) => edge.internal).map(({ event }) => event)
    expect(internal).toEqual(['sample.note', 'sample.count'])
  })

  it('shows what runs and what happens on entry, without what XState adds for its timers', () => {
    const work = root.children.find(({ key }) => key === 'work')
    expect(work).toMatchObject({ type: 'parallel', entry: ['note'], exit: [] })
    const [fetchPart, waitPart] = work?.children ?? []
    expect(fetchPart?.children[0]?.invoke).toEqual(['fetcher'])
    expect(waitPart?.children[0]).toMatchObject({ key: 'waiting', entry: [], exit: [] })
  })
})
