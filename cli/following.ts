import {
  emittedAfter as rowsAfter,
  followEmitted,
  HistoryPruned,
  type Emitted,
  type EmittedPlace,
  type Runtime,
} from '../runtime/index.ts'
import { toldOf, type Told } from './event-line.ts'

export type Cursor = EmittedPlace

/** Emitted events after a place, up to now, as they are told. `pruned` hears from where on, should earlier ones be gone. */
export async function* emittedAfter(
  runtime: Runtime,
  id: string,
  after: Cursor,
  pruned?: (first: number) => void,
): AsyncGenerator<Told> {
  for await (const row of fromTheFirst((place) => rowsAfter(runtime, id, place), after, pruned)) yield toldOf(row)
}

/** Emitted events as they come, until `ended` says so (asked after each batch) or the signal aborts. */
export async function* follow(
  runtime: Runtime,
  id: string,
  options: Parameters<typeof followEmitted>[2],
  pruned?: (first: number) => void,
): AsyncGenerator<Told> {
  const from = (after: Cursor) => followEmitted(runtime, id, { ...options, after })
  for await (const row of fromTheFirst(from, options.after ?? { seq: 0, n: 0 }, pruned)) yield toldOf(row)
}

/** Goes on with the first entry there is. */
async function* fromTheFirst(
  read: (after: Cursor) => AsyncIterable<Emitted>,
  after: Cursor,
  pruned?: (first: number) => void,
): AsyncGenerator<Emitted> {
  try {
    yield* read(after)
  } catch (error) {
    if (!(error instanceof HistoryPruned)) throw error
    pruned?.(error.first)
    yield* read({ seq: error.first - 1, n: Number.MAX_SAFE_INTEGER })
  }
}
