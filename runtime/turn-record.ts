import type { Encoded } from './encoding.ts'
import type { Delta } from './delta.ts'
import type { Defect } from './failures.ts'

/** One delivery to one actor, and the state it led to. */
export type Entry = {
  seq: number
  incarnation: string
  address: string
  event: string
  value: Encoded | undefined
  delta: Delta
  microsteps: Encoded[]
  key: string | null
}

/** An armed timer. `due` is an instant of the runtime's clock in milliseconds. */
export type Timer = {
  id: string
  source: string
  target: string
  sendId: string | null
  due: number
  event: Encoded
  /** Arming order among timers due at the same instant. */
  order: number
}

/** `claimed`: its first attempt is this process's, and begins with the commit. */
export type StartedActivity = { incarnation: string; address: string; src: string[]; input: Encoded; claimed?: boolean }
/** How an attempt of this process ended; the turn has its result from memory. */
export type FinishedAttempt = { incarnation: string; attempt: number; status: 'done' | 'failed'; result: string }
export type EmittedEvent = { seq: number; n: number; address: string; event: Encoded }
export type SentEvent = { system: string; address: string; id: string; event: Encoded; due: number }
export type DeadLetter = { id: string; address: string; reason: string; event: string; key: string | null }
export type Checkpoint = { rows: { incarnation: string; address: string; state: string }[]; gone: string[] }
export type ProjectionChange = { address: string; kind: string; key: string; data: string | null }

/** Everything one turn of one system writes. `base` null: the system is created by it. */
export type TurnRecord = {
  base: number | null
  time: number
  entries: Entry[]
  took: string[]
  armed: Timer[]
  cancelled: string[]
  started: StartedActivity[]
  finished: FinishedAttempt[]
  stopped: string[]
  emitted: EmittedEvent[]
  sent: SentEvent[]
  deadLetters: DeadLetter[]
  checkpoint: Checkpoint | null
  projections: ProjectionChange[]
  status: 'active' | 'done' | 'parked'
  reason: { code: string; message: string } | null
  /** Why nothing of this turn may be committed. */
  defect: Defect | null
  bytes: number
}

export const emptyTurn = (base: number | null, time: number): TurnRecord => ({
  base,
  time,
  entries: [],
  took: [],
  armed: [],
  cancelled: [],
  started: [],
  finished: [],
  stopped: [],
  emitted: [],
  sent: [],
  deadLetters: [],
  checkpoint: null,
  projections: [],
  status: 'active',
  reason: null,
  defect: null,
  bytes: 0,
})
