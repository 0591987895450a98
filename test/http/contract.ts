import { z } from 'zod'
import type { createApp } from '../../http/index.ts'

type App = ReturnType<typeof createApp>
type Documented = { method: string; path: string; responses: Record<string, Answers>; pattern: RegExp }
type Answers = { content?: Record<string, { schema: unknown }> }

/** Every route that the OpenAPI document has, with its zod schemas. */
export const documentedRoutes = (app: App): Documented[] =>
  app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return []
    const { method, path, responses } = definition.route
    const pattern = new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return [{ method, path, responses: responses as Documented['responses'], pattern }]
  })

/** Throws unless the answer is one that the document promises: its status, its media type, its shape. */
export function checkAnswer(app: App, method: string, path: string, response: Response, body: unknown): void {
  const { pathname } = new URL(path, 'http://x')
  const candidates = documentedRoutes(app).filter(
    (one) => one.method === method.toLowerCase() && one.pattern.test(pathname),
  )
  // The one with the fewest parameters is the one that answers.
  const route = candidates.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
  if (!route || [304, 204, 404, 405, 421, 403, 500, 503].includes(response.status)) return
  const answers = route.responses[String(response.status)]
  if (!answers) throw new Error(`${method} ${route.path}: the status ${response.status} is not documented`)
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  const content = answers.content?.[type]
  if (!content && type !== 'text/event-stream') throw new Error(`${method} ${route.path}: ${type} is not documented`)
  if (!(content?.schema instanceof z.ZodType) || !type.endsWith('json')) return
  const parsed = content.schema.safeParse(body)
  if (!parsed.success) throw new Error(`${method} ${route.path} ${response.status}: ${z.prettifyError(parsed.error)}`)
}
