import type { Context } from 'hono'
import type { z } from 'zod'
import { pointerTo, Problem } from './problem.ts'
import type { ProblemError } from './problem.ts'

/** The runtime's own limit for one event. */
const maxBodyBytes = 1_000_000

/**
 * The request's JSON body, checked. No body at all counts as `{}`.
 * Throws problems: `body.not_json_type` 415, `body.malformed` 400, `body.too_large` 413 (over 1 MB),
 * `body.invalid` 422 with a JSON pointer per mistake.
 */
export async function readBody<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  const bytes = await readBytes(c.req.raw)
  if (bytes.byteLength === 0) return parse(schema, {}, 'body.invalid')
  if (!isJsonType(c.req.header('content-type'))) {
    throw new Problem(
      415,
      'body.not_json_type',
      'The body must be application/json',
      {},
      { accept: 'application/json' },
    )
  }
  return parse(schema, parseJson(bytes), 'body.invalid')
}

/** The request's query, checked; throws `query.invalid` 422. */
export const readQuery = <S extends z.ZodType>(c: Context, schema: S): z.output<S> =>
  parse(schema, c.req.query(), 'query.invalid')

async function readBytes(request: Request): Promise<Buffer> {
  const tooLarge = () => new Problem(413, 'body.too_large', `A body may have at most ${maxBodyBytes} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > maxBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function isJsonType(header: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(header?.trim() ?? '')
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The parser's message quotes the body, which may hold a secret.
    throw new Problem(400, 'body.malformed', 'The body is not well-formed JSON in UTF-8')
  }
}

function parse<S extends z.ZodType>(schema: S, value: unknown, code: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const what = code.startsWith('body') ? 'The body' : 'The query'
  throw new Problem(422, code, `${what} does not fit`, { errors: parsed.error.issues.flatMap((i) => mistakes(i, [])) })
}

type Issue = z.core.$ZodIssue

function mistakes(issue: Issue, above: readonly PropertyKey[]): ProblemError[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointerTo([...path, key]), detail: 'This member is not known' }))
  }
  const branch = issue.code === 'invalid_union' ? nearestBranch(issue.errors) : undefined
  if (branch) return branch.flatMap((inner) => mistakes(inner, path))
  return [{ pointer: pointerTo(path), detail: issue.message }]
}

/** Of a union's branches the one that got deepest is most likely meant. */
function nearestBranch(branches: readonly Issue[][]): Issue[] | undefined {
  const depth = (branch: Issue[]) => Math.max(0, ...branch.map((issue) => issue.path.length))
  return branches.filter((branch) => depth(branch) > 0).sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0]
}
