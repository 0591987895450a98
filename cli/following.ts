import { emittedAfter as rowsAfter, followEmitted, type EmittedPlace, type Runtime } from '../runtime/index.ts'
import { toldOf, type Told } from './event-line.ts'

export type Cursor = EmittedPlace
/** Emitted events after a place, up to now, as they are told. */
export async function* emittedAfter(runtime: Runtime, id: string, after: Cursor): AsyncGenerator<Told> {
  for await (const row of rowsAfter(runtime, id, after)) yield toldOf(row)
}

/** Emitted events as they come, until `ended` says so (asked after each batch) or the signal aborts. */
export async function* follow(
  runtime: Runtime,
  id: string,
  options: Parameters<typeof followEmitted>[2],
): AsyncGenerator<Told> {
  for await (const row of followEmitted(runtime, id, options)) yield toldOf(row)
}
