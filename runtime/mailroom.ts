import type { EventObject } from 'xstate'
import { isTransient, type AcceptedMail, type Acceptance, type Store } from '../db/index.ts'
import type { Admission } from './admission.ts'
import { dueAfter, type Clock } from './clock.ts'
import { conditioned } from './condition.ts'
import { encode, type Encoded } from './encoding.ts'
import type { Engine } from './engine.ts'
import { Rejection } from './failures.ts'
import { pause, type Platform } from './platform.ts'
import { outsideCodec } from './refs.ts'
import type { Signals } from './signals.ts'
import type { Mail, MailOutcome } from './turn.ts'
import type { Wakeups } from './wakeups.ts'

export type SendOptions = {
  to?: string
  idempotencyKey?: string
  delay?: number
  /** Delivered only if this is still the last entry then; else it is refused as `system.changed`. */
  ifSeq?: number
  wait?: 'accepted' | 'processed'
}

/** What a send led to. `seq`: the entry of the delivery, once it is known. `duplicate`: the key was sent before. */
export type Receipt = { seq?: number; duplicate: boolean }

type Options = {
  store: Store
  clock: Clock
  platform: Platform
  engine: Engine
  signals: Signals
  wakeups: Wakeups
  owner: string
  admission: Admission
  leaseValid(): boolean
  takesTurns: boolean
  closed(): boolean
}

type Waiting = {
  mail: AcceptedMail
  keyed: boolean
  resolve(acceptance: Acceptance): void
  reject(error: unknown): void
}

// 1 MB, in bytes of UTF-8.
const MAX_EVENT_BYTES = 1_000_000
// An entry of an index in Postgres holds 2,700 bytes; the system's id is part of it.
const MAX_KEY_BYTES = 1_000
const MAX_ACCEPT = 500

const fromOutside = { id: null, kind: 'mail', incarnation: null, systemId: null } as const

/** Takes events from outside: into memory where this process owns the system, else into the mailbox. */
export class Mailroom {
  readonly #options: Options
  readonly #waiting: Waiting[] = []
  // Sends of this process to one system keep their order: while one is on its way to the mailbox, later ones follow it.
  readonly #onTheWay = new Map<string, number>()
  // And those taken into memory whose turn was undone: later ones follow them there, whether or not the system is loaded.
  readonly #inside = new Map<string, Set<Mail>>()
  #accepting = 0

  constructor(options: Options) {
    this.#options = options
  }

  get busy(): boolean {
    return this.#accepting > 0 || this.#waiting.length > 0
  }

  async send(system: string, event: EventObject, options: SendOptions = {}): Promise<Receipt> {
    refuseUnstorable(system, options)
    const ready = prepared(conditioned(event, options.ifSeq))
    return this.#options.admission.admit(ready.text.length, () => this.#send(system, ready, options))
  }

  #send(system: string, { event, text }: Prepared, options: SendOptions): Promise<Receipt> {
    const at = this.#options.clock.now()
    const key = options.idempotencyKey ?? null
    if (this.#inMemory(system, options)) {
      return new Promise((resolve, reject) => {
        const settle = (outcome: MailOutcome) => {
          this.#leave(system, mail)
          void this.#conclude(system, key, outcome).then(resolve, reject)
        }
        const address = options.to ?? ''
        const mail: Mail = { ...fromOutside, at, address, event, text, key, wait: options.wait, settle }
        this.#queue(system, mail)
      })
    }
    const due = dueAfter(at, options.delay ?? 0)
    return this.#post(
      { id: this.#options.platform.uuid(), system, at, due, address: options.to ?? '', event: text, key },
      options.wait,
    )
  }

  /** Mail from memory that this process may not deliver any more goes the way of everyone's. */
  reroute = (system: string, mail: Mail[]) => {
    for (const each of mail) {
      const { kind, at, address, text, key, wait, settle } = each
      this.#leave(system, each)
      if (kind === 'result') {
        settle?.({ refused: 'system.moved', message: `system ${system} is not in the hands of this process` })
        continue
      }
      const row = { id: this.#options.platform.uuid(), system, at, due: at, address: address ?? '', event: text, key }
      this.#post(row, wait).then(
        (receipt) => settle?.({ seq: receipt.seq ?? 0, duplicate: receipt.duplicate }),
        // What is no rejection says nothing of what became of it: a full disk, say.
        (error: Error) =>
          settle?.({ refused: error instanceof Rejection ? error.code : 'send.unknown', message: error.message }),
      )
    }
  }

  // Where the actor or the system has ended meanwhile, a key that was processed before is still a duplicate.
  async #conclude(system: string, key: string | null, outcome: MailOutcome): Promise<Receipt> {
    if (!('refused' in outcome))
      return { ...(outcome.seq && { seq: outcome.seq }), duplicate: outcome.duplicate ?? false }
    const [first] = key === null ? [] : await this.#options.store.entriesOfKeys({ system, keys: [key] }).catch(() => [])
    if (first) return { seq: first.seq, duplicate: true }
    throw new Rejection(outcome.refused, outcome.message)
  }

  #inMemory(system: string, { delay }: SendOptions): boolean {
    const { engine, leaseValid, takesTurns } = this.#options
    if (!takesTurns || delay !== undefined || this.#onTheWay.has(system)) return false
    return this.#inside.has(system) || (leaseValid() && engine.slots.get(system)?.live !== undefined)
  }

  #queue(system: string, mail: Mail) {
    const { engine } = this.#options
    const slot = engine.slots.ensure(system)
    slot.queue.push(mail)
    const inside = this.#inside.get(system) ?? new Set()
    this.#inside.set(system, inside.add(mail))
    engine.wake(slot)
  }

  #leave(system: string, mail: Mail) {
    const inside = this.#inside.get(system)
    if (inside?.delete(mail) && !inside.size) this.#inside.delete(system)
  }

  async #post(mail: AcceptedMail, wait: SendOptions['wait']): Promise<Receipt> {
    const { system, key } = mail
    const acceptance = await this.#accept(mail)
    if (acceptance.status === null) throw new Rejection('system.not_found', `no system has the id ${system}`)
    // Before the system's end is looked at: the repetition of the event that ended it is a duplicate.
    if (acceptance.seq !== null) return { seq: acceptance.seq, duplicate: true }
    if (acceptance.status === 'done')
      throw new Rejection('system.final', `system ${system} has ended and takes no more events`)
    this.#announce(system, acceptance)
    if (wait === 'processed') return await this.#processed(mail, acceptance.inserted)
    return { duplicate: !acceptance.inserted && key !== null }
  }

  #accept(mail: AcceptedMail): Promise<Acceptance> {
    const { system } = mail
    const accepted = new Promise<Acceptance>((resolve, reject) => {
      this.#waiting.push({ mail, keyed: mail.key !== null, resolve, reject })
      this.#options.platform.setImmediate(() => void this.#flush())
    })
    // One that is put off has no place among the others.
    if (mail.due > mail.at) return accepted
    this.#onTheWay.set(system, (this.#onTheWay.get(system) ?? 0) + 1)
    return accepted.finally(() => {
      const left = (this.#onTheWay.get(system) as number) - 1
      if (left) this.#onTheWay.set(system, left)
      else this.#onTheWay.delete(system)
    })
  }

  async #flush() {
    if (!this.#waiting.length || this.#accepting >= 1) return
    const batch = this.#waiting.splice(0, MAX_ACCEPT)
    this.#accepting++
    try {
      await this.#insert(batch)
    } finally {
      this.#accepting--
      if (this.#waiting.length) void this.#flush()
    }
  }

  async #insert(batch: Waiting[]) {
    const { store, signals } = this.#options
    try {
      const answers = new Map((await store.acceptMail(batch.map(({ mail }) => mail))).map((row) => [row.id, row]))
      if (signals.pointed) await signals.point('mail.accepted', { mail: batch.map(({ mail }) => mail) })
      for (const { mail, resolve } of batch) resolve(answers.get(mail.id) as Acceptance)
    } catch (error) {
      await this.#insertAgain(batch, error)
    }
  }

  // Mail ids make a repetition harmless only where a key or the row itself tells that the first one arrived.
  async #insertAgain(batch: Waiting[], error: unknown) {
    const again = isTransient(error) && !this.#options.closed()
    const keyed = again ? batch.filter((each) => each.keyed) : []
    for (const each of batch) {
      if (keyed.includes(each)) continue
      each.reject(unknownFate(error))
    }
    if (!keyed.length) return
    await pause(this.#options.platform, 200)
    await this.#insert(keyed)
  }

  #announce(system: string, { owner }: Acceptance) {
    const { engine, wakeups, takesTurns, owner: self } = this.#options
    if (takesTurns && (owner === null || owner === self)) engine.poke([system])
    else wakeups.tell(`m:${system}`)
  }

  // Another process may take the mail, so the database is asked; a turn of this one is heard of at once.
  async #processed(mail: AcceptedMail, inserted: boolean): Promise<Receipt> {
    const { store, platform, signals, closed } = this.#options
    for (let wait = 5; ; wait = Math.min(wait * 2, 250)) {
      if (closed()) throw new Rejection('send.unknown', 'the runtime was closed before the event was processed')
      const [fate] = await store.mailFates({ system: mail.system, id: mail.id, key: mail.key }).catch(noneIfTransient)
      if (fate && fate.seq !== null) return { seq: fate.seq, duplicate: !inserted }
      if (fate?.refused && !fate.waiting) throw refusal(fate.refused, mail)
      if (fate && !fate.waiting) return { duplicate: !inserted }
      if (fate?.parked)
        throw new Rejection('system.parked', `system ${mail.system} is parked; the event is kept for when it goes on`)
      await committedOr(signals, mail.system, platform, wait)
    }
  }
}

// The mail is durable: a lost connection is no reason to give its sender up.
function noneIfTransient(error: unknown): [] {
  if (isTransient(error)) return []
  throw error
}

// What Postgres would refuse would fail the sends of others in the same statement.
function refuseUnstorable(system: string, { to = '', idempotencyKey: key = 'none' }: SendOptions) {
  if (system.includes('\u0000')) throw new Rejection('system.not_found', 'no system has an id with a zero character')
  if (to.includes('\u0000')) throw new Rejection('actor.not_found', 'no address has a zero character')
  if (key === '' || key.includes('\u0000') || !key.isWellFormed() || Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new Rejection('key.invalid', `an idempotency key is Unicode text of 1 to ${MAX_KEY_BYTES} bytes`)
}

type Prepared = { event: Encoded; text: string }

function prepared(event: EventObject): Prepared {
  if (typeof event !== 'object' || event === null || typeof event.type !== 'string' || event.type === '')
    throw new Rejection('event.invalid', 'an event is an object with a type that is a non-empty string')
  try {
    const stored = encode(event, outsideCodec)
    const text = JSON.stringify(stored)
    if (Buffer.byteLength(text) <= MAX_EVENT_BYTES) return { event: stored, text }
  } catch (error) {
    throw new Rejection('event.invalid', `the event cannot be stored: ${(error as Error).message}`, { cause: error })
  }
  throw new Rejection('event.too_large', 'the event is larger than 1 MB: store the data elsewhere and send a reference')
}

const refusal = (reason: string, { address, system }: AcceptedMail) =>
  new Rejection(reason, refusals[reason]?.(address) ?? `system ${system} ended before it took the event`)

const refusals: Record<string, (address: string) => string> = {
  'actor.not_found': (address) => `no actor lives at address '${address}'`,
  'system.changed': () => 'the system has moved on from the entry that the event was for',
}

const unknownFate = (cause: unknown) =>
  isTransient(cause)
    ? new Rejection('send.unknown', 'the database went away before it answered; send again with an idempotency key', {
        cause,
      })
    : cause

/** Resolves at the system's next commit in this process, or after `ms`. */
function committedOr(signals: Signals, system: string, platform: Platform, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      platform.clearTimeout(timer)
      off()
      resolve()
    }
    const timer = platform.setTimeout(done, ms)
    const off = signals.onCommitted((id) => id === system && done())
  })
}
