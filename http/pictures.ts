import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { machines } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { chainToSvg, edgesTaken, statesIn, toChart, toSvg } from '../visualizations/index.ts'
import { route } from './documented.ts'
import { readDirective } from './directive-view.ts'
import { Problem } from './problem.ts'
import { readQuery } from './request.ts'
import { directiveIdIn } from './steps.ts'

const ChartQuery = z.strictObject({ address: z.string().max(1000).default('') })
const svg = { 'image/svg+xml': 'an SVG that needs no script and no font of its own' }

/** Mounted at `/v1/directives/:id`. */
export function pictures(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const chart = {
    summary: "An actor's statechart, marked where it stands and which way it came and which way it came",
    query: ChartQuery,
    answer: svg,
    problems: { 404: ['system.not_found', 'actor.not_found', 'machine.not_found'] },
  }
  route(app, 'get', '/chart.svg', chart, async (c) => {
    const { address } = readQuery(c, ChartQuery)
    const { value, context } = await runtime.snapshot(directiveIdIn(c), address)
    const kind = (context as { kind?: keyof typeof machines } | undefined)?.kind
    if (kind === undefined || !Object.hasOwn(machines, kind))
      throw new Problem(404, 'machine.not_found', 'This actor is none of the machines that have a chart')
    const drawn = toChart(machines[kind].machine)
    const taken = (await runtime.trail(directiveIdIn(c), { address, limit: 10_000 })).flatMap((entry) => entry.taken)
    const visited = new Set(taken.flatMap(({ source, targets }) => [source, ...targets]))
    return answerSvg(
      c,
      await toSvg(drawn, { active: statesIn(drawn, value), visited, taken: edgesTaken(drawn, taken) }),
    )
  })
  const chain = {
    summary: 'The present chain, each step in its state',
    answer: svg,
    problems: { 404: ['system.not_found'] },
  }
  route(app, 'get', '/chain.svg', chain, async (c) => {
    const { title, steps } = await readDirective(runtime, directiveIdIn(c))
    return answerSvg(c, await chainToSvg(title as string, steps))
  })
  return app
}

const answerSvg = (c: Context, text: string) =>
  c.body(text, 200, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  })
