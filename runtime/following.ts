import type { Emitted, HistoryEntry } from './reader.ts'
import type { Runtime } from './runtime.ts'

/** A place among a system's emitted events: everything up to and including it has been seen. */
export type EmittedPlace = { seq: number; n: number }

export type Following = {
  signal: AbortSignal
  /** Asked before each batch is read: true when nothing more will come after it. */
  ended(): Promise<boolean>
}

const pageSize = 500
// Entries carry whole contexts.
const entriesAtOnce = 100

/** Emitted events after a place, page by page, up to now. */
export async function* emittedAfter(runtime: Runtime, id: string, after: EmittedPlace): AsyncGenerator<Emitted> {
  // The entry of the place is read again where it may have told more: it may be one that is kept no more.
  let from = after.n >= Number.MAX_SAFE_INTEGER ? after.seq : Math.max(0, after.seq - 1)
  for (;;) {
    // A page never ends within an entry, however much that emitted; only the place to begin after may lie within one.
    const page = await runtime.emitted(id, { after: from, limit: pageSize })
    yield* page.filter(({ seq, n }) => seq > after.seq || (seq === after.seq && n > after.n))
    const end = page.at(-1)
    if (page.length < pageSize || end === undefined) return
    from = end.seq
  }
}

/** Journal entries after one, page by page, up to now. */
export async function* historyAfter(runtime: Runtime, id: string, after: number): AsyncGenerator<HistoryEntry> {
  for (let last = after; ;) {
    const page = await runtime.history(id, { after: last, limit: entriesAtOnce })
    yield* page
    const end = page.at(-1)
    if (page.length < entriesAtOnce || end === undefined) return
    last = end.seq
  }
}

/** Emitted events as they come, until `ended` says so or the signal aborts. */
export const followEmitted = (
  runtime: Runtime,
  id: string,
  { after = { seq: 0, n: 0 }, ...following }: Following & { after?: EmittedPlace },
): AsyncGenerator<Emitted> => follow(runtime, id, following, after, emittedAfter, ({ seq, n }) => ({ seq, n }))

/** Journal entries as they come, until `ended` says so or the signal aborts. */
export const followHistory = (
  runtime: Runtime,
  id: string,
  { after = 0, ...following }: Following & { after?: number },
): AsyncGenerator<HistoryEntry> => follow(runtime, id, following, after, historyAfter, ({ seq }) => seq)

// Commits of other processes are seen by looking; those of this one at once.
const pollMs = 400

async function* follow<Row, Place>(
  runtime: Runtime,
  id: string,
  { signal, ended }: Following,
  from: Place,
  read: (runtime: Runtime, id: string, after: Place) => AsyncIterable<Row>,
  placeOf: (row: Row) => Place,
): AsyncGenerator<Row> {
  let after = from
  const bell = createBell(signal)
  const unsubscribe = runtime.subscribe(id, bell.ring)
  try {
    while (!signal.aborted) {
      bell.reset()
      // Asked first: what the turn that ended it brought about is then certainly among what is read next.
      const last = await ended()
      for await (const row of read(runtime, id, after)) {
        after = placeOf(row)
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
