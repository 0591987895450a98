import type { Figure } from './figures.ts'

/** What a measurement is given: an empty database on the server that all of them share, and a folder of its own. */
export type Server = { url: string; folder: string }

/** One workload of Adjutant's own. */
export type Workload = {
  name: string
  /** What is measured, in one line. */
  what: string
  run(server: Server, options: { seconds: number; quick: boolean }): Promise<Figure[]>
}

/** One who does the same thing, or the nearest: an event that changes 1.5 kB of state, acknowledged after its commit. */
export type Contestant = {
  name: string
  /** Of the package, or of the server. */
  version: string
  /** What is counted, in one line. */
  unit: string
  /** Each tried in a process and a database of its own; the best one counts. */
  concurrencies: number[]
  /** How many times as much Adjutant is to do. */
  times?: number
  /** Units per second. */
  run(server: Server, options: { seconds: number; concurrency: number }): Promise<number>
}

const WARM_UP_SECONDS = 1.5

type Window = { seconds: number; warmUp?: number }

/** Counts what is done between the end of a warm-up and the end of the time. */
export function createMeter({ seconds, warmUp = WARM_UP_SECONDS }: Window) {
  const from = performance.now() + warmUp * 1_000
  const until = from + seconds * 1_000
  let counted = 0
  const over = new Promise<void>((resolve) => setTimeout(resolve, until - performance.now()))
  return {
    get open() {
      return performance.now() < until
    },
    count(n = 1) {
      const now = performance.now()
      if (now >= from && now < until) counted += n
    },
    /** Units per second, when the time is over. */
    rate: () => over.then(() => counted / seconds),
  }
}

/** How often a second `act` is done by `concurrency` loops, each of which waits for one before the next. */
export async function steadyRate(
  options: Window & { concurrency: number },
  act: (loop: number, n: number) => PromiseLike<unknown>,
): Promise<number> {
  const meter = createMeter(options)
  const run = async (_: unknown, loop: number) => {
    for (let n = 0; meter.open; n++) {
      await act(loop, n)
      meter.count()
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, run))
  return meter.rate()
}

/** Does `act` for each of `items`, at most `concurrency` at a time; seconds. */
export async function timedForEach<T>(
  items: readonly T[],
  concurrency: number,
  act: (item: T, index: number) => PromiseLike<unknown>,
): Promise<number> {
  const began = performance.now()
  let next = 0
  const run = async () => {
    for (let index = next++; index < items.length; index = next++) await act(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, run))
  return (performance.now() - began) / 1_000
}
