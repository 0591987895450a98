import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { compareChains } from '../machines/index.ts'
import type { ChainContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { ChainList, ChainWithDefinition } from './answers/chain.ts'
import { route } from './documented.ts'
import { wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { readQuery } from './request.ts'
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
    summary: 'One generation with its whole definition, and what changed from any other',
    query: ChainQuery,
    answer: ChainWithDefinition,
    problems: { 404: ['system.not_found', 'chain.not_found'] },
  }
  route(app, 'get', '/{generation}', reading, async (c) => {
    const { against } = readQuery(c, ChainQuery)
    const rows = await rowsOf(c, runtime)
    const row = generationIn(rows, c.req.param('generation')!)
    const { definition } = await contextOf(runtime, row)
    if (against === undefined) return c.json({ ...row.data, definition })
    const other = await contextOf(runtime, generationIn(rows, against))
    return c.json({ ...row.data, definition, comparison: compareChains(other.definition, definition) })
  })
  return app
}

const ChainQuery = z.object({
  against: z.string().optional().describe('another generation: `comparison` says what changed from it'),
})

type ChainRow = Awaited<ReturnType<typeof rowsOf>>[number]

function generationIn(rows: ChainRow[], generation: string): ChainRow {
  const row = rows.find(({ data }) => String(data.generation) === generation)
  if (!row) throw new Problem(404, 'chain.not_found', `The directive has no chain of generation ${generation}`)
  return row
}

const contextOf = async (runtime: Runtime, { systemId, address }: ChainRow) =>
  (await runtime.snapshot(systemId, address)).context as ChainContext

async function rowsOf(c: Context, runtime: Runtime) {
  const id = directiveIdIn(c)
  const rows = await runtime.list('chain', { systemId: id, limit: wholeSystem })
  if (rows.length === 0) await runtime.snapshot(id)
  return rows.sort((a, b) => a.data.generation - b.data.generation)
}
