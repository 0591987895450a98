import type { Timer } from './turn-record.ts'

/** The armed timers of one system, in the order they fall due. */
export class Timers {
  readonly #armed = new Map<string, Timer>()

  get size() {
    return this.#armed.size
  }

  add(timer: Timer) {
    this.#armed.set(timer.id, timer)
  }

  remove(id: string): boolean {
    return this.#armed.delete(id)
  }

  get(id: string): Timer | undefined {
    return this.#armed.get(id)
  }

  /** The same id armed twice fires twice; what is cancelled is the later one, as in XState. */
  latest(source: string, sendId: string): Timer | undefined {
    let found: Timer | undefined
    for (const timer of this.#armed.values())
      if (timer.source === source && timer.sendId === sendId && (!found || timer.order > found.order)) found = timer
    return found
  }

  of(source: string): Timer[] {
    return [...this.#armed.values()].filter((timer) => timer.source === source)
  }

  all(): Timer[] {
    return [...this.#armed.values()]
  }

  /** The next to fire among those due at `until` or before. */
  next(until = Infinity): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#armed.values())
      if (
        timer.due <= until &&
        (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
      )
        first = timer
    return first
  }
}
