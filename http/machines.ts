import { createHash } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { machines as registry } from '../machines/index.ts'
import { type Chart, toChart, toMermaid, toScxml, toStately, toSvg } from '../visualizations/index.ts'
import { MachineList, MachineWithConfig } from './answers/machine.ts'
import { route } from './documented.ts'
import { Problem } from './problem.ts'

type Entry = (typeof registry)[keyof typeof registry]

const formats: Record<string, { type: string; what: string; draw(entry: Entry): string | Promise<string> }> = {
  'chart.svg': { type: 'image/svg+xml', what: 'a picture', draw: ({ machine }) => toSvg(toChart(machine)) },
  'chart.mmd': { type: 'text/plain', what: 'Mermaid', draw: ({ machine }) => toMermaid(toChart(machine)) },
  'chart.scxml': { type: 'application/scxml+xml', what: 'W3C SCXML', draw: ({ machine }) => toScxml(machine) },
  'chart.json': {
    type: 'application/json',
    what: 'nodes and edges',
    draw: ({ machine }) => JSON.stringify(toChart(machine)),
  },
  'stately.js': { type: 'text/javascript', what: "for Stately's import", draw: ({ machine }) => toStately(machine) },
}

const missing = { 404: ['machine.not_found'] }

/** Mounted at `/v1/machines`. */
export function machines(): OpenAPIHono {
  const app = new OpenAPIHono()
  const listing = { summary: 'Every machine that a directive is made of', answer: MachineList }
  route(app, 'get', '/', listing, (c) => c.json({ machines: Object.keys(registry).map((name) => summaryOf(name)) }))
  const reading = { summary: 'A machine with its config', answer: MachineWithConfig, problems: missing }
  route(app, 'get', '/{machine}', reading, (c) => {
    const name = nameIn(c)
    return c.json({ ...summaryOf(name), config: configOf(entryOf(name)) })
  })
  for (const [file, { type, what, draw }] of Object.entries(formats)) {
    const documentation = { summary: `Its statechart: ${what}`, answer: { [type]: what }, problems: missing }
    route(app, 'get', `/{machine}/${file}`, documentation, async (c) => {
      const text = await draw(entryOf(nameIn(c)))
      return c.body(text, 200, { 'content-type': `${type}; charset=utf-8` })
    })
  }
  return app
}

function nameIn(c: Context): string {
  const name = c.req.param('machine')!
  if (Object.hasOwn(registry, name)) return name
  throw new Problem(404, 'machine.not_found', `There is no such machine; there are ${Object.keys(registry).join(', ')}`)
}

const entryOf = (name: string): Entry => registry[name as keyof typeof registry]

// Functions (of `context`) are not in JSON; everything else of a config is.
const configOf = ({ machine }: Entry): unknown => JSON.parse(JSON.stringify(machine.config))

function summaryOf(name: string) {
  const entry = entryOf(name)
  const chart = toChart(entry.machine)
  return {
    name,
    version: entry.version,
    hash: createHash('sha256').update(JSON.stringify(entry.machine.config)).digest('hex'),
    description: chart.root.description ?? null,
    states: statesIn(chart.root),
    events: [...new Set(chart.edges.filter(({ kind }) => kind === 'event').map(({ event }) => event))],
  }
}

const statesIn = (node: Chart['root']): string[] => [node.id, ...node.children.flatMap(statesIn)]
