import { setTimeout as pause } from 'node:timers/promises'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { stream, streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { machines } from '../machines/index.ts'
import { followHistory, historyAfter, type Runtime } from '../runtime/index.ts'
import { inspection, type WireEvent } from '../visualizations/index.ts'
import { plain } from './actors.ts'
import { route } from './documented.ts'
import { withoutPasswords } from './passwords.ts'
import { readQuery } from './request.ts'
import { directiveIdIn } from './steps.ts'

const InspectionQuery = z.strictObject({
  /** Journal entries after this one. */
  after: z.coerce.number().int().min(0).default(0),
  /** The last entry wanted; without it a stream goes on with what happens. */
  to: z.coerce.number().int().min(1).optional(),
  /** Replays at so many times the pace of the journal, gaps of at most 2 seconds; without it as fast as it goes. */
  speed: z.coerce.number().positive().max(10_000).optional(),
})

const longestGapMs = 2_000

const documentation = {
  summary: 'The journal as events for an inspector of Stately, replayed and live',
  description:
    'Wire events of @statelyai/inspect 0.7 (`@xstate.actor`, `@xstate.event`, `@xstate.snapshot`). With Accept: text/event-stream a stream that goes on until the directive ends; else NDJSON up to now.',
  query: InspectionQuery,
  answer: { 'application/x-ndjson': 'an event a line', 'text/event-stream': 'an event each' },
  problems: { 404: ['system.not_found'], 410: ['history.pruned'] },
}

type Query = z.output<typeof InspectionQuery>

/** Mounted at `/v1/directives/:id/inspection`. */
export function inspections(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  route(app, 'get', '/', documentation, async (c) => {
    const query = readQuery(c, InspectionQuery)
    const id = directiveIdIn(c)
    await runtime.history(id, { after: resumedAt(c) ?? query.after, limit: 1 })
    const away = new AbortController()
    const live = /\btext\/event-stream\b/.test(c.req.header('accept') ?? '')
    const events = wireEvents(runtime, id, { ...query, after: resumedAt(c) ?? query.after }, live, away.signal)
    return live ? answerStream(c, events, away) : answerLines(c, events, away)
  })
  return app
}

/** The entry after which a stream goes on that was cut off: the events of one entry are told together. */
const resumedAt = (c: Context): number | undefined => {
  const seq = /^(\d+)\.\d+$/.exec(c.req.header('last-event-id') ?? '')?.[1]
  return seq === undefined ? undefined : Number(seq)
}

async function* wireEvents(
  runtime: Runtime,
  id: string,
  { after, to = Infinity, speed }: Query,
  live: boolean,
  signal: AbortSignal,
): AsyncGenerator<WireEvent> {
  const told = inspection(id, machineOf)
  const ended = async () => (await runtime.snapshot(id)).status !== 'active'
  const entries =
    live && to === Infinity ? followHistory(runtime, id, { after, signal, ended }) : historyAfter(runtime, id, after)
  let last: number | undefined
  for await (const entry of entries) {
    if (entry.seq > to || signal.aborted) return
    if (speed !== undefined && last !== undefined)
      await pause(Math.min(longestGapMs, Math.max(0, +entry.at - last) / speed), undefined, { signal }).catch(() => {})
    last = +entry.at
    const { seq, at, address, event, value, context, status } = entry
    yield* told({ at, ...withoutPasswords(plain({ seq, address, event, value, context, status })) })
  }
}

function machineOf(context: unknown) {
  const kind = (context as { kind?: string } | null)?.kind
  return kind !== undefined && Object.hasOwn(machines, kind)
    ? machines[kind as keyof typeof machines].machine
    : undefined
}

const answerStream = (c: Context, events: AsyncIterable<WireEvent>, away: AbortController) =>
  streamSSE(c, async (sse) => {
    sse.onAbort(() => away.abort())
    for await (const event of events) await sse.writeSSE({ id: event.id, data: JSON.stringify(event) })
  })

function answerLines(c: Context, events: AsyncIterable<WireEvent>, away: AbortController) {
  c.header('content-type', 'application/x-ndjson')
  return stream(c, async (lines) => {
    lines.onAbort(() => away.abort())
    for await (const event of events) await lines.writeln(JSON.stringify(event))
  })
}
