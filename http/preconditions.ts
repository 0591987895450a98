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
 * The journal entry that has to be the directive's last one when the command is processed, as `If-Match` names it; undefined:
 * any. 412 `directive.changed` when it is another one already, unless the request has a key: what was done under a key is
 * answered as it was then, changed or not.
 */
export async function expectedSeq(
  c: Context,
  runtime: Runtime,
  id: string,
  keyed: boolean,
): Promise<number | undefined> {
  const wanted = c.req.header('if-match')
  if (wanted === undefined || tagsIn(wanted).includes('*')) return undefined
  const { seq } = await runtime.snapshot(id)
  if (tagsIn(wanted).includes(tagOf(seq))) return seq
  if (!keyed) throw directiveChanged(seq)
  return Number(/^"(\d+)"$/.exec(tagsIn(wanted)[0] as string)?.[1] ?? -1)
}

export const directiveChanged = (seq: number): Problem =>
  new Problem(
    412,
    'directive.changed',
    'The directive is not as it was when you read it',
    { seq },
    { etag: tagOf(seq) },
  )
