import type { Runtime } from './runtime.ts'
import type { Emitted } from './reader.ts'

/** A place among a system's emitted events: everything up to and including it has been seen. */
export type EmittedPlace = { seq: number; n: number }

const pageSize = 500

/** Emitted events after a place, page by page, up to now. */
export async function* emittedAfter(runtime: Runtime, id: string, after: EmittedPlace): AsyncGenerator<Emitted> {
  let last = after
  for (;;) {
    // A page may end inside one turn's events; the seq before is asked for again and what was seen left out.
    const page = await runtime.emitted(id, { after: Math.max(0, last.seq - 1), limit: pageSize })
    const fresh = page.filter(({ seq, n }) => seq > last.seq || (seq === last.seq && n > last.n))
    yield* fresh
    const end = fresh.at(-1)
    if (page.length < pageSize || end === undefined) return
    last = { seq: end.seq, n: end.n }
  }
}

// Commits of other processes are seen by looking; those of this one at once.
const pollMs = 400

type Following = {
  after?: EmittedPlace
  signal: AbortSignal
  /** Asked after each batch: true when nothing more will come. */
  ended(): Promise<boolean>
}

/** Emitted events as they come, until `ended` says so or the signal aborts. */
export async function* followEmitted(runtime: Runtime, id: string, following: Following): AsyncGenerator<Emitted> {
  const { signal, ended } = following
  let after = following.after ?? { seq: 0, n: 0 }
  const bell = createBell(signal)
  const unsubscribe = runtime.subscribe(id, bell.ring)
  try {
    while (!signal.aborted) {
      bell.reset()
      // Asked first: events of the turn that ended it are then certainly among those read next.
      const last = await ended()
      for await (const row of emittedAfter(runtime, id, after)) {
        after = { seq: row.seq, n: row.n }
        yield row
      }
      if (last) return
      await bell.next(pollMs)
    }
  } finally {
    unsubscribe()
    bell.remove()
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
      rung = signal.aborted
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
    remove: () => signal.removeEventListener('abort', ring),
  }
}
