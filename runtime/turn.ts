import type { AttemptKey } from '../db/index.ts'
import type { StoredEnd } from './attempt.ts'
import { conditionOf, unconditioned } from './condition.ts'
import type { Encoded } from './encoding.ts'
import type { Hosted, LiveSystem } from './live-system.ts'
import { emptyTurn, type FinishedAttempt, type Timer, type TurnRecord } from './turn-record.ts'

/** An event that waits for a system: from outside, from another system, or the result of an activity. */
export type Mail = {
  /** The mailbox row; absent for a send that came from memory. */
  id: string | null
  kind: 'mail' | 'result' | 'report' | 'emission'
  /** When it was accepted, by the runtime's clock. */
  at: number
  address: string | null
  incarnation: string | null
  /** A report for the actor registered under this name. */
  systemId: string | null
  event: Encoded
  /** `event` as JSON text. */
  text: string
  key: string | null
  /** Of a result from memory: what the activity's row is to say. */
  ended?: Omit<FinishedAttempt, 'incarnation'>
  /** What its sender waits for, should it go to the mailbox after all. */
  wait?: 'accepted' | 'processed' | undefined
  /** Called with what became of a send from memory. */
  settle?: (outcome: MailOutcome) => void
}

/** `seq`: the journal entry of the delivery. */
export type MailOutcome = { seq: number; duplicate?: boolean } | { refused: string; message: string }

export type Delivered = { mail: Mail; outcome: MailOutcome }
export type TurnResult = { turn: TurnRecord; delivered: Delivered[]; rest: Mail[] }

// A turn is cut after this much; what is left is taken by the next one, so that no system starves the others.
const MAX_TURN_MAIL = 100
const MAX_TURN_BYTES = 1_000_000

/** The result of an attempt, which takes part in a turn without a row of the mailbox. */
export const resultMail = (
  { incarnation, attempt }: AttemptKey,
  { status, result, event }: StoredEnd,
  at: number,
  settle: Mail['settle'] & {},
): Mail => ({
  id: null,
  kind: 'result',
  at,
  address: null,
  incarnation,
  systemId: null,
  event,
  text: JSON.stringify(event),
  key: null,
  ended: { attempt, status, result },
  settle,
})

/** Delivers timers and mail in the order in which they fell due, each to quiescence. Acts on memory only. */
export function runTurn(system: LiveSystem, mail: Mail[], now: number, base: number): TurnResult {
  const turn = emptyTurn(base, now)
  system.recorder.begin(turn)
  for (const event of system.afterwards.splice(0)) system.relay(undefined, system.root, event)
  const delivered: Delivered[] = []
  const keys = new Set<string>()
  let [taken, rounds] = [0, 0]
  const room = () => rounds++ < MAX_TURN_MAIL && turn.bytes < MAX_TURN_BYTES && !over(system, turn)
  while (room()) {
    const next = mail[taken]
    const timer = system.timers.next(Math.min(now, next ? next.at : now))
    if (timer) fireTimer(system, turn, timer)
    else if (next && !keys.has(next.key ?? '')) {
      // The commit decides on duplicates, between turns; two of one key never share a turn.
      if (next.key !== null) keys.add(next.key)
      delivered.push({ mail: next, outcome: deliverMail(system, turn, next) })
      taken++
    } else break
  }
  return { turn, delivered, rest: mail.slice(taken) }
}

/** The turn that creates a system. */
export function createTurn(system: LiveSystem, input: unknown, now: number): TurnRecord {
  const turn = emptyTurn(null, now)
  system.recorder.begin(turn)
  system.create(input)
  return turn
}

export const isOver = (system: LiveSystem): boolean => system.root._snapshot.status !== 'active'

const over = (system: LiveSystem, turn: TurnRecord) => turn.defect !== null || isOver(system)

function fireTimer(system: LiveSystem, turn: TurnRecord, timer: Timer) {
  system.timers.remove(timer.id)
  const fresh = turn.armed.findIndex(({ id }) => id === timer.id)
  if (fresh >= 0) turn.armed.splice(fresh, 1)
  else turn.took.push(timer.id)
  const source = system.actors.get(timer.source)?.actor
  const target = system.actors.get(timer.target)
  // As in XState, a timer whose target is gone is dropped without an error.
  if (target) system.relay(source, target.actor, system.reviveEvent(timer.event))
}

function deliverMail(system: LiveSystem, turn: TurnRecord, mail: Mail): MailOutcome {
  if (mail.id) turn.took.push(mail.id)
  const holder = mail.incarnation !== null ? system.actors.get(mail.incarnation) : system.at(mail.address ?? '')
  if (!holder || !system.alive(holder)) return undeliverable(turn, mail)
  const seq = system.recorder.seq + 1
  const expected = conditionOf(mail.event)
  if (expected !== undefined && expected !== seq - 1) return refused(turn, mail, changed(seq - 1, expected))
  if (mail.kind === 'emission') system.recorder.emission(holder, mail)
  else {
    const target = mail.kind === 'report' ? reported(system, mail, holder) : holder.actor
    if (!target) return undeliverable(turn, mail)
    finish(turn, mail, holder)
    deliver(system, unconditioned(mail), holder, target)
  }
  return { seq }
}

function finish(turn: TurnRecord, { ended }: Mail, { incarnation }: Hosted) {
  if (!ended) return
  turn.finished.push({ incarnation, ...ended })
  turn.bytes += ended.result.length
}

function reported(system: LiveSystem, { address, systemId }: Mail, { actor }: Hosted): Hosted['actor'] | undefined {
  if (systemId !== null) return actor.system.get(systemId) as unknown as Hosted['actor'] | undefined
  return address === null ? actor._parent : system.at(address)?.actor
}

function deliver(system: LiveSystem, mail: Mail, holder: Hosted, target: Hosted['actor']) {
  const event = system.reviveEvent(mail.event)
  system.recorder.delivery = { event, text: mail.text, key: mail.key }
  system.relay(mail.kind === 'mail' ? undefined : holder.actor, target, event)
  system.recorder.delivery = undefined
}

// Results and reports for an actor that was stopped are late, not lost.
function undeliverable(turn: TurnRecord, mail: Mail): MailOutcome {
  return refused(turn, mail, {
    refused: 'actor.not_found',
    message: `no actor lives at address '${mail.address ?? ''}'`,
  })
}

type Refusal = Extract<MailOutcome, { refused: string }>

const changed = (seq: number, expected: number): Refusal => ({
  refused: 'system.changed',
  message: `the event was for the state after entry ${expected}, and the last one is ${seq}`,
})

function refused(turn: TurnRecord, mail: Mail, refusal: Refusal): MailOutcome {
  const { address, text: event, key } = mail
  if (mail.id && mail.kind === 'mail')
    turn.deadLetters.push({ id: mail.id, address: address ?? '', reason: refusal.refused, event, key })
  return refusal
}
