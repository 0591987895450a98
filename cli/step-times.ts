import type { Told } from './event-line.ts'

const settled = new Set(['passed', 'skipped', 'blocked'])

/** Since when each step is worked on, and how long it took; learned from what was told. */
export class StepTimes {
  readonly #of = new Map<string, { since: number; took?: number }>()

  learn({ type, stepId, at, data }: Told): void {
    if (!stepId) return
    const instant = Date.parse(at)
    const known = this.#of.get(stepId)
    if (type === 'step.started') this.#of.set(stepId, { since: known?.since ?? instant })
    if (type === 'step.status_changed' && known && settled.has(String(data.state))) known.took = instant - known.since
  }

  of(stepId: string): { since?: number; took?: number } {
    return this.#of.get(stepId) ?? {}
  }
}
