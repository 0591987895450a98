import { describe, expect, it } from 'vitest'
import { chainToSvg, edgesTaken, statesIn, toChart, toScxml, toSvg, type Chart } from '../../visualizations/index.ts'
import { charted } from './charts.ts'

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!)
const decoded = (text: string) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
const named = (chart: Chart) => {
  const inside = (node: Chart['root']): string[] => [node.id, ...node.children.flatMap(inside)]
  return inside(chart.root)
}

/** Every opening tag has its end, in the right order: enough to know that nothing in it broke the markup. */
function expectWellFormed(xml: string) {
  const open: string[] = []
  for (const [, end, name, alone] of xml.matchAll(
    /<(\/?)([a-z:]+)(?:\s+[\w:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*\s*(\/?)>/gi,
  )) {
    if (alone) continue
    if (end) expect(open.pop()).toBe(name)
    else open.push(name!)
  }
  expect(open).toEqual([])
  expect(
    xml
      .replace(/<\?xml[^>]*\?>/, '')
      .replace(/<style>[^<]*<\/style>/, '')
      .match(/<[^>]*$|&(?!#\d+;)/),
  ).toBeNull()
}

describe.each(charted)('the picture of %s', (_name, machine) => {
  const chart = toChart(machine)

  it('holds every state and every transition that leaves its state', async () => {
    const svg = await toSvg(chart)
    expectWellFormed(svg)
    expect(
      all(svg, /data-state="([^"]*)"/g)
        .map(decoded)
        .sort(),
    ).toEqual(named(chart).sort())
    const drawn = new Set(
      all(svg, /<path class="edge[^"]*" data-edges="([^"]*)"/g).flatMap((ids) => decoded(ids).split(' ')),
    )
    expect(chart.edges.filter(({ internal, id }) => !internal && !drawn.has(id))).toEqual([])
  })

  it('keeps all boxes inside, and children inside their parents', async () => {
    const svg = await toSvg(chart)
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number)
    for (const [, x, y, w, h] of svg.matchAll(
      /<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
    )) {
      expect(Number(x)).toBeGreaterThanOrEqual(0)
      expect(Number(y)).toBeGreaterThanOrEqual(0)
      expect(Number(x) + Number(w)).toBeLessThanOrEqual(width!)
      expect(Number(y) + Number(h)).toBeLessThanOrEqual(height!)
    }
  })

  it('is SCXML with the same states and transitions', () => {
    const scxml = toScxml(machine)
    expectWellFormed(scxml)
    expect(
      all(scxml, /<(?:state|parallel|final|history) id="([^"]*)"/g)
        .map(decoded)
        .sort(),
    ).toEqual(named(chart).sort())
    const histories = all(scxml, /<(history) /g).length
    expect(all(scxml, /<(transition) /g)).toHaveLength(chart.edges.length + histories)
  })
})

describe('what is live', () => {
  const [, machine] = charted.find(([name]) => name === 'contract')!
  const chart = toChart(machine)

  it('is marked by classes, with the boxes around it and the way there', async () => {
    const active = statesIn(chart, { working: 'executing' })
    expect(active).toEqual(['contract', 'contract.working', 'contract.working.executing'])
    const taken = edgesTaken(chart, [
      { source: 'contract.queued', event: 'contract.start', targets: ['contract.working'] },
    ])
    expect(taken).toHaveLength(1)
    const svg = await toSvg(chart, { active, visited: ['contract.queued'], taken })
    const marked = (cls: string) =>
      all(svg, new RegExp(`<g class="state [^"]*\\b${cls}\\b[^"]*" data-state="([^"]*)"`, 'g'))
    expect(marked('active')).toEqual(active)
    expect(marked('visited')).toEqual(['contract.queued'])
    expect(all(svg, /<path class="edge taken" data-edges="([^"]*)"/g).map(decoded)).toEqual(taken)
  })

  it('that no state of the machine is called leaves the picture as it was', async () => {
    expect(statesIn(chart, { gone: { deeper: 'still' } })).toEqual(['contract'])
    expect(statesIn(chart, undefined)).toEqual(['contract'])
    expect(edgesTaken(chart, [{ source: 'contract.gone', event: 'x', targets: ['contract.queued'] }])).toEqual([])
  })
})

describe('the picture of a chain', () => {
  it('has every step in its state, left of those that wait for it, and survives any name', async () => {
    const steps = [
      { name: 'plan', type: 'design', dependsOn: [], state: 'passed', confidence: { score: 1, level: 'green' } },
      {
        name: 'do',
        type: 'implement',
        dependsOn: ['plan', 'gone'],
        state: 'evaluating',
        waiting: true,
        reworkCount: 2,
      },
      { name: '<b>&"\u0000', type: 'test', dependsOn: ['do'], state: 'pending' },
    ]
    const svg = await chainToSvg('<chain>', steps)
    expectWellFormed(svg)
    expect(all(svg, /data-step="([^"]*)"/g).map(decoded)).toEqual(['plan', 'do', '<b>&"\ufffd'])
    expect(svg).toContain('class="step evaluating waiting"')
    expect(svg).toContain('implement · evaluating, waits · rework 2')
    const left = all(svg, /<rect x="([\d.]+)"/g).map(Number)
    expect(left).toEqual([...left].sort((a, b) => a - b))
  })
})
