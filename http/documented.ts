import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'

export type Method = 'get' | 'post' | 'put' | 'patch'

/** What is said about one route. A route cannot exist without it: `route` registers both. */
export type Documentation = {
  summary: string
  description?: string
  query?: z.ZodObject
  /** JSON; whether it may be left out. */
  body?: { schema: z.ZodType; optional?: boolean }
  /** A body that is no JSON: media types with what they hold. */
  upload?: Record<string, string>
  /** The answer when all is well: a schema for JSON, or media types with what they hold. */
  answer: z.ZodType | Record<string, string>
  /** Default 200. */
  status?: 200 | 201
  /** When the answer may also be 204: why there is nothing to answer. */
  empty?: string
  /** True when a command may also be answered 202: durable, not processed yet. */
  pending?: boolean
  /** Codes of problems beside those that any route has, by status. */
  problems?: Record<number, readonly string[]>
}

/** RFC 9457. */
export const ProblemDocument = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('stable: noun.problem'),
    detail: z.string().optional(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('a JSON pointer (RFC 6901) into the body or the query'),
          detail: z.string(),
          code: z.string().optional(),
          suggestion: z.string().optional(),
        }),
      )
      .optional(),
  })
  .openapi('Problem')

const Pending = z
  .object({ status: z.literal('accepted'), detail: z.string(), parked: z.unknown().optional() })
  .openapi('Pending')

const problemDescription = (codes: readonly string[]) => codes.map((code) => `\`${code}\``).join(', ')

/** Adds a route to `app` and to the OpenAPI document. `path` is OpenAPI's: `/{id}/start`. */
export function route(
  app: OpenAPIHono,
  method: Method,
  path: string,
  documentation: Documentation,
  handler: (c: Context) => Response | Promise<Response>,
): void {
  app.openAPIRegistry.registerPath({ method, path, ...configOf(documentation) })
  const honoPath = path.replaceAll(/\{(\w+)\}/g, ':$1')
  app.on(method.toUpperCase(), honoPath === '/' ? '/' : honoPath, handler)
}

function configOf(documentation: Documentation): Omit<RouteConfig, 'method' | 'path'> {
  const { summary, description, query, body, upload, answer, status = 200, empty, pending } = documentation
  const request = {
    ...(query && { query }),
    ...(body && { body: bodyOf(body) }),
    ...(upload && { body: { required: true, content: contentOf(upload) } }),
  }
  const content = isSchema(answer) ? { 'application/json': { schema: answer } } : contentOf(answer)
  return {
    summary,
    ...(description !== undefined && { description }),
    request,
    responses: {
      [status]: { description: summary, content },
      ...(empty !== undefined && { 204: { description: empty } }),
      ...(pending && {
        202: { description: 'Durable, but not processed yet', content: { 'application/json': { schema: Pending } } },
      }),
      ...Object.fromEntries(
        Object.entries(problemsOf(documentation)).map(([code, codes]) => [
          code,
          {
            description: problemDescription(codes),
            content: { 'application/problem+json': { schema: ProblemDocument } },
          },
        ]),
      ),
    },
  }
}

/** Codes by status: those that come with what the route takes, and its own. */
function problemsOf({ query, body, upload, problems = {} }: Documentation): Record<number, readonly string[]> {
  const known: Record<number, readonly string[]> = {
    401: ['token.invalid'],
    403: ['token.insufficient'],
    429: ['rate.exceeded'],
  }
  if (body) Object.assign(known, { 400: ['body.malformed'], 413: ['body.too_large'], 415: ['body.not_json_type'] })
  if (upload) Object.assign(known, { 413: ['body.too_large'], 415: ['body.not_upload_type'] })
  if (query ?? body) known[422] = [...(query ? ['query.invalid'] : []), ...(body ? ['body.invalid'] : [])]
  for (const [code, codes] of Object.entries(problems)) known[Number(code)] = [...(known[Number(code)] ?? []), ...codes]
  return known
}

const contentOf = (types: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(types).map(([type, what]) => [
      type,
      { schema: type === 'application/json' ? z.unknown().describe(what) : z.string().describe(what) },
    ]),
  )

const bodyOf = ({ schema, optional }: NonNullable<Documentation['body']>) => ({
  required: !optional,
  content: { 'application/json': { schema } },
})

const isSchema = (answer: z.ZodType | Record<string, string>): answer is z.ZodType => answer instanceof z.ZodType
