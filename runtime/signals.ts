import type { TurnRecord } from './turn-record.ts'

/** A named point that a test, or a crash sweep, can wait at. */
export type Point =
  | 'commit.before'
  | 'commit.sent'
  | 'commit.after'
  | 'mail.accepted'
  | 'activity.dispatch'
  | 'activity.started'
  | 'activity.ran'
  | 'activity.stored'

export type OnPoint = (point: Point, detail: Record<string, unknown>) => unknown

type Committed = (system: string, turn: TurnRecord) => void

/** Tells the parts of one runtime what happened; listeners must not throw. */
export class Signals {
  readonly #committed = new Set<Committed>()
  readonly #onPoint: OnPoint | undefined

  constructor(onPoint: OnPoint | undefined) {
    this.#onPoint = onPoint
  }

  /** Awaited where the program stands, so that a listener can hold it there. Costs nothing without one. */
  point(point: Point, detail: Record<string, unknown>): unknown {
    return this.#onPoint?.(point, detail)
  }

  get pointed(): boolean {
    return this.#onPoint !== undefined
  }

  onCommitted(listener: Committed): () => void {
    this.#committed.add(listener)
    return () => this.#committed.delete(listener)
  }

  committed(system: string, turn: TurnRecord) {
    for (const listener of this.#committed) listener(system, turn)
  }
}
