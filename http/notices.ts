import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { courierOf, type Delivery } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { NoticePage, NoticeState } from './answers/notice.ts'
import { route } from './documented.ts'
import { pageOf, PageQuery } from './page.ts'
import { readQuery } from './request.ts'
import { instant } from './state.ts'

const NoticesQuery = PageQuery.extend({
  /** Only this directive's. */
  directive: z.string().min(1).max(200).optional(),
  /** Filters the page, whose cursor goes on all the same. */
  state: NoticeState.optional(),
})

/** Mounted at `/v1/notices`: what couriers carry, have carried, and could not. */
export function notices(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const listing = {
    summary: 'Who was told what, and what did not arrive, with the reason',
    query: NoticesQuery,
    answer: NoticePage,
  }
  route(app, 'get', '/', listing, async (c) => {
    const { directive, state, ...page } = readQuery(c, NoticesQuery)
    const of = directive === undefined ? {} : { systemId: courierOf(directive) }
    const { rows, cursor } = await pageOf(runtime, 'notice', { ...of, ...page })
    const wanted = rows.filter(({ data }) => state === undefined || data.state === state)
    return c.json({ notices: wanted.map(({ data }) => viewOf(data as Listed)), cursor })
  })
  return app
}

type Listed = Delivery & { directiveId: string }

const viewOf = ({ requestedAt, endedAt, attempts = null, ...facts }: Listed) => ({
  ...facts,
  attempts,
  requestedAt: instant(requestedAt),
  endedAt: instant(endedAt),
})
