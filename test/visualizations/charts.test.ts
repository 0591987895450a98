import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { functionsIn, toChart, type ChartNode } from '../../visualizations/index.ts'
import { charted, chartFiles, withPictures } from './charts.ts'
import { readMermaid } from './mermaid-outline.ts'
import { payloads } from './payloads.ts'
import { importStately, walkBehaviour, walkStructure } from './walk.ts'

const files = chartFiles()
const leaves = (node: ChartNode): ChartNode[] => (node.children.length ? node.children.flatMap(leaves) : [node])
const read = (path: string) => readFile(path, 'utf8').catch(() => 'there is no such file')

describe('docs/charts', () => {
  it.each(files)('%s is as `npm run charts` draws it', async (path, text) => {
    expect(await read(path)).toBe(text)
  })

  it('holds nothing of machines that are gone', async () => {
    const names = (await readdir('docs/charts')).map((name) => `docs/charts/${name}`)
    expect(names.sort()).toEqual(files.map(([path]) => path).sort())
  })

  it('has its picture in the README', async () => {
    const readme = await read('README.md')
    expect(readme).toContain('<!-- chart: step -->')
    expect(readme).toBe(withPictures(readme))
  })
})

describe.each(charted)('the chart of %s', (name, machine) => {
  it('loses nothing in JSON but the computing of its context', () => {
    const lost = functionsIn(machine.config).filter((path) => !/(^|\.)(context|input|output)$/.test(path))
    expect(lost).toEqual([])
  })

  it('is imported by Stately with every state and transition', async () => {
    const copy = importStately(await read(`docs/charts/${name}.stately.js`))
    const { pairs, reached } = walkStructure(machine, copy)
    for (const [original, imported] of pairs) expect(imported).toEqual(original)
    const passedThrough = toChart(machine).edges.filter(({ kind, guard }) => kind === 'always' && !guard)
    const unreached = leaves(toChart(machine).root)
      .filter(({ id, type }) => type !== 'history' && !passedThrough.some(({ from }) => from === id))
      .map(({ id }) => id)
      .filter((id) => !reached.has(id))
    expect(unreached).toEqual([])
  })

  it('is imported by Stately as the same machine, once it has the implementations of the original', async () => {
    const copy = importStately(await read(`docs/charts/${name}.stately.js`))
    const { ends, ...given } = payloads[name]!
    const { pairs, reached } = walkBehaviour(machine, copy, given)
    for (const [original, imported] of pairs) expect(imported).toEqual(original)
    expect([...reached]).toEqual(expect.arrayContaining(ends))
  })

  it('is a Mermaid diagram with every state and every transition that leaves its state', async () => {
    const { states, arrows } = readMermaid(await read(`docs/charts/${name}.mmd`))
    const leaving = toChart(machine).edges.filter(({ internal }) => !internal)
    for (const id of new Set(leaving.flatMap(({ from, to }) => [from, to]))) {
      if (id !== machine.id) expect([...states.keys()]).toContain(`s_${id.replaceAll('.', '_')}`)
    }
    for (const { label } of leaving) expect(arrows.some(([, , text]) => text.includes(label))).toBe(true)
  })
})
