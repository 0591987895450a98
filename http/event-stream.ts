import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { emittedAfter, followEmitted, type EmittedPlace, type Runtime } from '../runtime/index.ts'
import { Problem } from './problem.ts'

/** Proxies cut connections that are silent for 30 to 60 seconds. */
const keepAliveMs = 15_000

/** `12` (all of entry 12 seen) or `12.3` (of it those up to the third). */
export function placeOf(id: string): EmittedPlace {
  const [, seq, n] = /^(\d+)(?:\.(\d+))?$/.exec(id) ?? []
  if (seq === undefined) throw new Problem(400, 'event_id.malformed', 'Last-Event-ID is none of this stream')
  return { seq: Number(seq), n: n === undefined ? Infinity : Number(n) }
}

/** Emitted events as server-sent events, each under `<seq>.<n>`, until the directive has ended or the reader goes away. */
export async function streamEvents(c: Context, runtime: Runtime, id: string, last: string): Promise<Response> {
  const after = placeOf(last)
  const ended = async () => (await runtime.snapshot(id)).status !== 'active'
  const over = await ended()
  // Also so that what is kept no more is answered before a stream begins.
  const { done } = await emittedAfter(runtime, id, after).next()
  if (over && done && after.seq > 0) return c.body(null, 204)
  const away = new AbortController()
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => away.abort())
    const beat = setInterval(() => void stream.write(': keep-alive\n\n').catch(() => away.abort()), keepAliveMs)
    try {
      for await (const { event, ...place } of followEmitted(runtime, id, { after, signal: away.signal, ended })) {
        if (away.signal.aborted) return
        const data = JSON.stringify({ ...place, ...event })
        await stream.writeSSE({ id: `${place.seq}.${place.n}`, event: event.type as string, data })
      }
    } finally {
      clearInterval(beat)
    }
  })
}
