import { Hono } from 'hono'
import { z } from 'zod'
import type { Runtime } from '../runtime/index.ts'
import { readQuery } from './request.ts'

const EventsQuery = z.strictObject({
  /** `seq` of the last event seen. */
  after: z.coerce.number().int().min(0).default(0),
  /** Events a page has; the last entry of the journal is never cut, so there can be a few more. */
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** Mounted at `/v1/directives/:id/events`: what the directive emitted, in order, without gaps. */
export function events(runtime: Runtime): Hono {
  return new Hono().get('/', async (c) => {
    const { after, limit } = readQuery(c, EventsQuery)
    const rows = await runtime.emitted(c.req.param('id')!, { after, limit })
    return c.json({
      events: rows.map(({ event, ...place }) => ({ ...place, ...event })),
      cursor: rows.at(-1)?.seq ?? after,
    })
  })
}
