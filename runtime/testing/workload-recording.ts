import type { SendOptions } from '../mailroom.ts'
import type { BegunAttempt } from './workload-job.ts'
import type { WorkloadEvent, WorkloadMachine } from './workload-machines.ts'

/** What a client asked of a runtime. */
export type Operation =
  | { kind: 'spawn'; machine: WorkloadMachine; id: string; input: unknown }
  | { kind: 'send'; system: string; event: WorkloadEvent; options: SendOptions }

/** What the client saw of it. *unknown*: it may have happened or not. */
export type Outcome =
  | { as: 'acknowledged'; seq?: number; duplicate?: boolean }
  | { as: 'refused'; code: string; message: string }
  | { as: 'unknown'; why: string }

/**
 * One line of a recording; the order of the lines is the order in which things were seen to happen. `sender` names one
 * runtime in one life: its sends to one system keep their order. `at` in milliseconds, of whatever clock the recorder has.
 */
export type Line =
  | { type: 'begun'; n: number; at: number; sender: string; operation: Operation }
  | { type: 'ended'; n: number; at: number; outcome: Outcome }
  | ({ type: 'attempt'; at: number; sender: string } & BegunAttempt)
  | { type: 'fault'; at: number; kind: string; detail: string }

/** What a system is in the end, as `runtime.history`, `snapshot` and `emitted` tell; instants in milliseconds. */
export type SystemRecord = {
  id: string
  machine: WorkloadMachine
  history: { seq: number; at: number; address: string; event: any; value: any; context: any; status: string }[]
  snapshot: { value: any; context: any; status: string; seq: number }
  emitted: { seq: number; n: number; address: string; event: any }[]
}

/** What the store holds when all is quiet; each part as far as it can be told. */
export type Tables = {
  systems: { id: string; seq: number; status: string; owner: string | null }[]
  journal: { systemId: string; seq: number; turn: string; incarnation: string; address: string; key: string | null }[]
  mail: { systemId: string; id: string; kind: string; due: number }[]
  activities: { systemId: string; incarnation: string; status: string; attempt: number; owner: string | null }[]
  deadLetters: { systemId: string; id: string; reason: string; event: any }[]
  /** Processes whose lease is valid. */
  processes: { id: string; name: string }[]
  /** Every commit that a store let through, where it keeps count: `base` is the number it began with. */
  commits?: { systemId: string; base: number; turn: string; owner: string | null }[]
}

/** All that the checker looks at. */
export type Evidence = {
  lines: Line[]
  systems: SystemRecord[]
  tables?: Tables
  /** By how much the clocks of senders and runtimes may have differed. */
  clockSlackMs?: number
}

/** Writes down what clients do and see. */
export class Recording {
  readonly lines: Line[] = []
  readonly #now: () => number
  readonly #wrote: (line: Line) => void
  #operations = 0

  constructor(now: () => number, wrote: (line: Line) => void = () => {}) {
    this.#now = now
    this.#wrote = wrote
  }

  begin(sender: string, operation: Operation): number {
    const n = ++this.#operations
    this.#write({ type: 'begun', n, at: this.#now(), sender, operation })
    return n
  }

  end(n: number, outcome: Outcome) {
    this.#write({ type: 'ended', n, at: this.#now(), outcome })
  }

  attempt(sender: string, attempt: BegunAttempt) {
    this.#write({ type: 'attempt', at: this.#now(), sender, ...attempt })
  }

  fault(kind: string, detail = '') {
    this.#write({ type: 'fault', at: this.#now(), kind, detail })
  }

  #write(line: Line) {
    this.lines.push(line)
    this.#wrote(line)
  }
}
