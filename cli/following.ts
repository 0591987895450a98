import type { Runtime } from '../runtime/index.ts'
import { toldOf, type EmittedRow, type Told } from './event-line.ts'

/** Place in a directive's emitted events: everything up to and including it has been seen. */
export type Cursor = { seq: number; n: number }
export const start: Cursor = { seq: 0, n: 0 }

const pageSize = 500

/** Emitted events after a place, page by page, up to now. */
export async function* emittedAfter(runtime: Runtime, id: string, after: Cursor): AsyncGenerator<Told> {
  let last = after
  for (;;) {
    // A page may end inside one turn's events; the seq before is asked for again and what was seen left out.
    const page: EmittedRow[] = await runtime.emitted(id, { after: Math.max(0, last.seq - 1), limit: pageSize })
    const fresh = page.filter(({ seq, n }) => seq > last.seq || (seq === last.seq && n > last.n))
    for (const row of fresh) yield toldOf(row)
    if (fresh.length > 0) last = { seq: fresh.at(-1)!.seq, n: fresh.at(-1)!.n }
    if (page.length < pageSize || fresh.length === 0) return
  }
}

/** Commits of other processes are seen by polling; those of this one at once. */
const pollMs = 400

/** Emitted events as they come, until `ended` says so (asked after each batch) or the signal aborts. */
export async function* follow(
  runtime: Runtime,
  id: string,
  options: { after?: Cursor; signal: AbortSignal; ended(): Promise<boolean> },
): AsyncGenerator<Told> {
  const { signal, ended } = options
  let after = options.after ?? start
  const bell = createBell(signal)
  const unsubscribe = runtime.subscribe(id, bell.ring)
  try {
    while (!signal.aborted) {
      bell.reset()
      // Asked first: events of the turn that ended it are then certainly among those read next.
      const last = await ended()
      for await (const told of emittedAfter(runtime, id, after)) {
        after = { seq: told.seq, n: told.n }
        yield told
      }
      if (last) return
      await bell.next(pollMs)
    }
  } finally {
    unsubscribe()
  }
}

/** Remembers a ring that comes while nobody waits. */
function createBell(signal: AbortSignal) {
  let rung = false
  let wake: (() => void) | undefined
  const ring = () => {
    rung = true
    wake?.()
  }
  signal.addEventListener('abort', ring, { once: true })
  return {
    ring,
    reset: () => {
      rung = false
    },
    next: async (ms: number) => {
      if (rung) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = undefined
    },
  }
}
