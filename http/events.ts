import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Runtime } from '../runtime/index.ts'
import { EventsAnswer } from './answers/actor.ts'
import { route } from './documented.ts'
import { streamEvents } from './event-stream.ts'
import { readQuery } from './request.ts'

const EventsQuery = z.strictObject({
  /** `seq` of the last event seen; a stream also takes `seq.n`, the id of one of its own. */
  after: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .default('0'),
  /** Events a page has; the last entry of the journal is never cut, so there can be a few more. */
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const documentation = {
  summary: 'What the directive emitted, in order, without gaps; with Accept: text/event-stream as it comes',
  description:
    'A stream begins after `Last-Event-ID` or `after`, says `: keep-alive` every 15 seconds and ends with the directive; asked again for what ended it answers 204, which browsers take as the end.',
  query: EventsQuery,
  answer: EventsAnswer,
  problems: { 400: ['event_id.malformed'], 404: ['system.not_found'], 410: ['history.pruned'] },
}

/** Mounted at `/v1/directives/:id/events`. */
export function events(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  route(app, 'get', '/', documentation, async (c) => {
    const { after, limit } = readQuery(c, EventsQuery)
    const id = c.req.param('id' as never) as string
    if (/\btext\/event-stream\b/.test(c.req.header('accept') ?? ''))
      return streamEvents(c, runtime, id, c.req.header('last-event-id') ?? after)
    const seq = Number(after.split('.')[0])
    const rows = await runtime.emitted(id, { after: seq, limit })
    return c.json({
      events: rows.map(({ event, ...place }) => ({ ...place, ...event })),
      cursor: rows.at(-1)?.seq ?? seq,
    })
  })
  return app
}
