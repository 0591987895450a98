import type { Context } from 'hono'
import type { Runtime } from '../runtime/index.ts'
import { Problem } from './problem.ts'

/** The last journal entry of a directive as an ETag. */
const tagOf = (seq: number) => `"${seq}"`

const tagsIn = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))

/** The answer with its ETag; 304 without a body when `If-None-Match` names it. */
export function answerTagged(c: Context, seq: number, body: object): Response {
  c.header('etag', tagOf(seq))
  const known = c.req.header('if-none-match')
  if (c.req.method === 'GET' && known !== undefined && tagsIn(known).some((tag) => tag === '*' || tag === tagOf(seq)))
    return c.body(null, 304)
  return c.json(body)
}

/**
 * 412 `directive.changed` unless `If-Match` names the directive's last journal entry, or is absent. Compared as the request
 * comes; whether the command fits the state in which it is processed is the machine's to say, as ever.
 */
export async function checkUnchanged(c: Context, runtime: Runtime, id: string): Promise<void> {
  const wanted = c.req.header('if-match')
  if (wanted === undefined) return
  const { seq } = await runtime.snapshot(id)
  if (tagsIn(wanted).some((tag) => tag === '*' || tag === tagOf(seq))) return
  throw new Problem(
    412,
    'directive.changed',
    'The directive is not as it was when you read it',
    { seq },
    { etag: tagOf(seq) },
  )
}
