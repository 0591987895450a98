import { expect, test } from 'vitest'
import { barChart, lineChart, roundUp } from '../../bench/report/chart.ts'
import { plotsOf } from '../../bench/report/plots.ts'
import type { Results } from '../../bench/report/results.ts'
import { resultsTable } from '../../bench/report/table.ts'

const results: Results = {
  at: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'one', cores: 2 },
  options: { seconds: 5, quick: false },
  compared: [
    {
      name: 'Adjutant',
      version: '1.0.0',
      unit: 'an event',
      tries: [
        { concurrency: 10, perSecond: 9_000 },
        { concurrency: 100, perSecond: 20_000 },
      ],
    },
    { name: 'a | b', version: '2', unit: 'a step', times: 15, tries: [{ concurrency: 3, perSecond: 2_000 }] },
    { name: 'c', version: '', unit: '', tries: [], failed: 'no such\nserver' },
  ],
  workloads: [
    {
      name: 'stored systems',
      what: 'many of them',
      figures: [
        {
          name: 'rate with 1,000,000 stored over 10,000',
          value: 0.7,
          unit: 'times',
          aim: { least: 0.8 },
          points: [
            [10_000, 1_000],
            [1_000_000, 700],
          ],
        },
      ],
    },
    { name: 'recovery', what: 'after a kill', figures: [], failed: 'took longer than 3 s' },
  ],
}

test('the table shows the best concurrency, how much more is done than by others, and what was missed', () => {
  const table = resultsTable(results)
  expect(table).toContain('| Adjutant | 1.0.0 | an event | 20,000 | 100 (10: 9,000) | 1 |')
  expect(table).toContain('| a \\| b | 2 | a step | 2,000 | 3 | 10 (aim: 15, **missed**) |')
  expect(table).toContain('| rate with 1,000,000 stored over 10,000 | 0.7 | times | at least 0.8: **missed** |')
})

test('who failed is in the table with the reason', () => {
  const table = resultsTable(results)
  expect(table).toContain('failed: no such server')
  expect(table).toContain('Failed: took longer than 3 s')
})

test('plots are drawn of what was measured only, and nothing in them is not a number', () => {
  const plots = plotsOf(results)
  expect(Object.keys(plots).toSorted()).toEqual(['compared.svg', 'stored.svg'])
  for (const svg of Object.values(plots)) {
    expect(svg).toMatch(/^<svg [^>]+>[^]*<\/svg>\n$/)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    expect(svg).toContain('prefers-color-scheme: dark')
  }
})

test('the longest bar has the full width, and labels are escaped', () => {
  const svg = barChart('a & b', [
    { label: 'x < y', value: 10, ours: true },
    { label: 'half', value: 5 },
  ])
  expect(svg).toContain('a &amp; b')
  expect(svg).toContain('x &lt; y')
  expect(svg).toContain('<rect class="ours" x="300" y="40" width="330.0"')
  expect(svg).toContain('<rect class="bar" x="300" y="66" width="165.0"')
})

test('a line goes from edge to edge, by the logarithm where that is asked for', () => {
  const points: [number, number][] = [
    [1, 10],
    [10, 20],
    [100, 40],
  ]
  const line = { title: 't', x: 'x', y: 'y', points }
  expect(lineChart({ ...line, logarithmic: true })).toContain('points="76.0,236.0 356.0,192.0 636.0,104.0"')
  expect(lineChart(line)).toContain('points="76.0,236.0 126.9,192.0 636.0,104.0"')
  expect([7, 10, 11, 0.3, 4_100].map(roundUp)).toEqual([10, 10, 20, 0.5, 5_000])
})
