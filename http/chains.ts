import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ChainContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { ChainList, ChainWithDefinition } from './answers/chain.ts'
import { route } from './documented.ts'
import { wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { directiveIdIn } from './steps.ts'

/** Mounted at `/v1/directives/:id/chains`. Old chains stay readable; each says how it differs from the one before. */
export function chains(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const listing = {
    summary: 'All generations of the plan, oldest first, each with its difference from the one before',
    answer: ChainList,
    problems: { 404: ['system.not_found'] },
  }
  route(app, 'get', '/', listing, async (c) => {
    const rows = await rowsOf(c, runtime)
    return c.json({ chains: rows.map(({ data }) => data) })
  })
  const reading = {
    summary: 'One generation with its whole definition',
    answer: ChainWithDefinition,
    problems: { 404: ['system.not_found', 'chain.not_found'] },
  }
  route(app, 'get', '/{generation}', reading, async (c) => {
    const rows = await rowsOf(c, runtime)
    const row = rows.find(({ data }) => String(data.generation) === c.req.param('generation'))
    if (!row) throw new Problem(404, 'chain.not_found', 'The directive has no chain of that generation')
    const { context } = await runtime.snapshot(row.systemId, row.address)
    return c.json({ ...row.data, definition: (context as ChainContext).definition })
  })
  return app
}

async function rowsOf(c: Context, runtime: Runtime) {
  const id = directiveIdIn(c)
  const rows = await runtime.list('chain', { systemId: id, limit: wholeSystem })
  if (rows.length === 0) await runtime.snapshot(id)
  return rows.sort((a, b) => a.data.generation - b.data.generation)
}
