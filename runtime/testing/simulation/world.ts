// A run takes some 700.
const MOST_TICKS = 100_000

/** Virtual time: what is to happen waits here until it is its turn. Milliseconds since the start. */
export class World {
  readonly #limitMs: number
  readonly #queue: Happening[] = []
  #now = 0
  #order = 0
  ticks = 0

  /** `limitMs`: whoever is not done by then is taken to wait for ever. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  get now(): number {
    return this.#now
  }

  after(ms: number, happen: () => void): Happening {
    const happening = {
      at: this.#now + Math.max(0, ms),
      order: this.#order++,
      happen: happen as (() => void) | undefined,
    }
    push(this.#queue, happening)
    return happening
  }

  /** Lets time pass until `work` is done. Throws Stalled when it never will be. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false
    const settled = () => void (done = true)
    work.then(settled, settled)
    for (;;) {
      // Everything that follows at once has happened when Node comes round.
      await new Promise((resolve) => setImmediate(resolve))
      if (done) return work
      const next = pop(this.#queue)
      if (!next || next.at > this.#limitMs) throw new Stalled(`nothing came of it within ${this.#limitMs} virtual ms`)
      this.#now = next.at
      if (++this.ticks > MOST_TICKS) throw new Stalled(`${MOST_TICKS} ticks led nowhere`)
      next.happen?.()
    }
  }
}

/** Called off by taking `happen` away. */
export type Happening = { readonly at: number; readonly order: number; happen: (() => void) | undefined }

export class Stalled extends Error {}

const before = (a: Happening, b: Happening) => a.at < b.at || (a.at === b.at && a.order < b.order)

// A binary heap: the earliest is first.
function push(heap: Happening[], item: Happening) {
  let at = heap.length
  heap.push(item)
  for (let up = (at - 1) >> 1; at > 0 && before(item, heap[up] as Happening); at = up, up = (at - 1) >> 1) {
    heap[at] = heap[up] as Happening
    heap[up] = item
  }
}

function pop(heap: Happening[]): Happening | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (!first || !last || first === last) return first
  let at = 0
  for (;;) {
    let down = 2 * at + 1
    if (down + 1 < heap.length && before(heap[down + 1] as Happening, heap[down] as Happening)) down++
    if (down >= heap.length || before(last, heap[down] as Happening)) break
    heap[at] = heap[down] as Happening
    at = down
  }
  heap[at] = last
  return first
}
