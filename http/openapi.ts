import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { referencePage } from './reference.ts'

const description = `Directives are goals given to agents: planned into a chain of steps, carried out, verified, merged and
reviewed. Commands answer once what they caused is committed. Every error is an RFC 9457 problem with a stable \`code\`.
Requests that change something take an \`Idempotency-Key\`: the same request under the same key is done once and answered
alike.`

/** OpenAPI 3.1, from the routes that are there: paths with their parameters, schemas from zod. */
export function openApiDocument(app: OpenAPIHono) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Adjutant', version: '1', description },
    security: [{ bearer: [] }],
  })
  document.components = {
    ...document.components,
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
  }
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
    if (names.length > 0)
      Object.assign(item as object, {
        parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      })
  }
  return document
}

/** `/openapi.json`, and `/docs`, a page made from it that needs no script and no other host. */
export function describeItself(app: OpenAPIHono): void {
  let document: ReturnType<typeof openApiDocument> | undefined
  const made = () => (document ??= openApiDocument(app))
  app.get('/openapi.json', (c: Context) => c.json(made()))
  app.get('/docs', (c: Context) => {
    c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return c.html(referencePage(made()))
  })
}
