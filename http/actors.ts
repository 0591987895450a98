import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { Rejection } from '../runtime/index.ts'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { ActorAnswer, HistoryAnswer, WaitAnswer } from './answers/actor.ts'
import { answerPending, giveCommand } from './command.ts'
import { route } from './documented.ts'
import { withoutPasswords } from './passwords.ts'
import { readBody, readQuery } from './request.ts'
import { commandsIn, isCommand } from './state.ts'
import { directiveIdIn } from './steps.ts'

const Address = z.string().max(1000).default('')
const ActorQuery = z.strictObject({ address: Address })
/** Whatever the machines accept from outside; `at` is ours to say, and who sends a command without a name is `user`. */
const ActorEvent = z.looseObject({ type: z.string().min(1).max(200), by: z.string().min(1).max(200).optional() })
const HistoryQuery = z.strictObject({
  /** Only this actor's entries. */
  address: z.string().max(1000).optional(),
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
const WaitQuery = z.strictObject({
  /** `done`, `tag:<tag>`, or `state:<path>` as `matches` takes it (`state:active.work`). */
  for: z.string().regex(/^(done|tag:.+|state:.+)$/, 'must be done, tag:<tag> or state:<path>'),
  /** Milliseconds; then it answers `met: false`. */
  timeout: z.coerce.number().int().min(0).max(60_000).default(30_000),
})

const problems = { 404: ['system.not_found', 'actor.not_found'] }

const sending = {
  summary: "Sends any actor an event that its machine accepts from outside, and answers with the actor's snapshot",
  description:
    'For operators and tests: every command has a path of its own too. Processed exactly once under an Idempotency-Key.',
  query: ActorQuery,
  body: { schema: ActorEvent },
  answer: ActorAnswer,
  pending: true,
  problems: {
    ...problems,
    409: ['event.not_accepted'],
    412: ['directive.changed'],
    422: ['event.invalid', 'idempotency_key.reused'],
  },
}

/** Mounted at `/v1/directives/:id`: any actor of the directive's system, its history, and waiting. */
export function actors(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const actor = {
    summary: "Any actor's snapshot, and the events that are legal now",
    query: ActorQuery,
    answer: ActorAnswer,
    problems,
  }
  route(app, 'get', '/actor', actor, async (c) => {
    const { address } = readQuery(c, ActorQuery)
    return c.json(viewOf(address, await runtime.snapshot(directiveIdIn(c), address)))
  })
  route(app, 'post', '/actor/events', sending, (c) => answerEvent(c, runtime))
  const history = {
    summary: 'The journal: every event and what it led to',
    query: HistoryQuery,
    answer: HistoryAnswer,
    problems: { ...problems, 410: ['history.pruned'] },
  }
  route(app, 'get', '/history', history, (c) => answerHistory(c, runtime))
  const wait = {
    summary: 'Waits until the directive is there, or the time is up',
    query: WaitQuery,
    answer: WaitAnswer,
    problems: { ...problems, 409: ['system.failed'] },
  }
  route(app, 'get', '/wait', wait, (c) => answerWait(c, runtime))
  return app
}

async function answerEvent(c: Context, runtime: Runtime): Promise<Response> {
  const [systemId, { address }] = [directiveIdIn(c), readQuery(c, ActorQuery)]
  const said = await readBody(c, ActorEvent)
  const event = { ...(isCommand(said.type) && { by: 'user' }), ...said, at: runtime.now }
  const taken = await giveCommand(c, runtime, event, { target: { systemId, address } })
  if (!taken) return answerPending(c, runtime, systemId)
  const view = await runtime.snapshot(systemId, address).catch((error: unknown) => {
    if (error instanceof Rejection && error.code === 'actor.not_found') return gone
    throw error
  })
  return c.json({ ...viewOf(address, view), seq: view.seq || (await runtime.snapshot(systemId)).seq })
}

/** What an actor is that its parent has let go since, in the same turn perhaps. */
const gone: ActorView = {
  ...{
    value: null,
    context: null,
    status: 'stopped',
    tags: [],
    output: null,
    error: null,
    children: {},
    seq: 0,
    next: [],
  },
}

const viewOf = (address: string, view: ActorView) => {
  const { value, context, status, tags, output, error, children, seq, next } = view
  const parts = { value, context, status, tags, output, error, children, seq, next }
  return { address, ...withoutPasswords(plain(parts)), commands: commandsIn(view) }
}

/** What JSON makes of it: contexts may hold what it does not know. */
export const plain = <T extends object>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (part === undefined ? null : part))) as T

async function answerHistory(c: Context, runtime: Runtime): Promise<Response> {
  const { address, after, limit } = readQuery(c, HistoryQuery)
  const page = await runtime.history(directiveIdIn(c), { after, limit })
  const entries = page.filter((entry) => address === undefined || entry.address === address)
  return c.json({ entries: entries.map((entry) => withoutPasswords(plain(entry))), cursor: page.at(-1)?.seq ?? after })
}

async function answerWait(c: Context, runtime: Runtime): Promise<Response> {
  const { for: wanted, timeout } = readQuery(c, WaitQuery)
  try {
    const view = await runtime.waitFor(directiveIdIn(c), conditionOf(wanted), { timeout })
    return c.json({ met: true, ...viewOf('', view) })
  } catch (error) {
    if (!(error instanceof Rejection) || error.code !== 'wait.timeout') throw error
    return c.json({ met: false })
  }
}

function conditionOf(text: string): Parameters<Runtime['waitFor']>[1] {
  if (text === 'done') return 'done'
  const [, kind, what] = /^(tag|state):(.+)$/.exec(text)!
  return kind === 'tag' ? { tag: what! } : { matches: valueOf(what!.split('.')) }
}

const valueOf = ([first, ...rest]: string[]): unknown => (rest.length === 0 ? first : { [first!]: valueOf(rest) })
