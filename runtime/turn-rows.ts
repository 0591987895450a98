import type { MailRow, TurnRows } from '../db/index.ts'
import type { Activity } from './activity.ts'
import type { Timer, TurnRecord } from './turn-record.ts'

export type Identity = Pick<TurnRows, 'id' | 'machine' | 'version' | 'definition' | 'tenant' | 'inputHash'>

const text = (value: unknown): string => JSON.stringify(value)

/** A turn as the rows that the commit writes. */
export function turnRows(
  identity: Identity,
  turn: TurnRecord,
  activity: (src: string) => Activity | undefined,
  owner: string,
): TurnRows {
  return {
    ...identity,
    base: turn.base,
    time: turn.time,
    status: turn.status,
    reason: turn.reason && text(turn.reason),
    entries: turn.entries.map(({ event, value, delta, microsteps, ...entry }) => ({
      ...entry,
      event,
      value: value === undefined ? null : text(value),
      delta: text(delta),
      microsteps: microsteps.length ? text(microsteps) : null,
    })),
    took: turn.took,
    cancelled: turn.cancelled,
    mail: [...turn.armed.map((timer) => timerRow(identity.id, timer)), ...turn.sent.map(sentRow)],
    started: turn.started.map(({ src, input, claimed, ...row }) => ({
      ...row,
      src: text(src),
      input: text(input),
      heartbeatMs: heartbeatOf(activity(src.at(-1) as string)),
      owner: claimed ? owner : null,
    })),
    finished: turn.finished,
    stopped: turn.stopped,
    emitted: turn.emitted.map(({ event, ...row }) => ({ ...row, event: text(event) })),
    deadLetters: turn.deadLetters,
    checkpoint: turn.checkpoint,
    projections: turn.projections,
  }
}

const heartbeatOf = (activity: Activity | undefined): number | null =>
  typeof activity === 'object' ? (activity.heartbeatMs ?? null) : null

const timerRow = (system: string, timer: Timer): MailRow => ({
  system,
  id: timer.id,
  kind: 'timer',
  due: timer.due,
  address: null,
  incarnation: timer.target,
  source: timer.source,
  sendId: timer.sendId,
  event: text(timer.event),
})

const sentRow = (sent: TurnRecord['sent'][number]): MailRow => ({
  system: sent.system,
  id: sent.id,
  kind: 'mail',
  due: sent.due,
  address: sent.address,
  incarnation: null,
  source: null,
  sendId: null,
  event: text(sent.event),
})

/** What the rows weigh, roughly, in bytes. */
export const weight = (turn: TurnRecord): number =>
  turn.bytes + (turn.checkpoint?.rows.reduce((sum, row) => sum + row.state.length, 0) ?? 0)
