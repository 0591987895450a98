import type { EventObject } from 'xstate'
import { difference } from './delta.ts'
import { encode, type Encoded, type RefCodec } from './encoding.ts'
import { Defect } from './failures.ts'
import { freeze, identityOf, type Frozen, type Identity, type Stored } from './frozen.ts'
import type { Hosted } from './live-system.ts'
import type { Entry, TurnRecord } from './turn-record.ts'
import type { InnerSnapshot, Microstep } from './xstate-internals.ts'

type Last = { identity: Identity; frozen: Frozen; value: Encoded | undefined }

type Rewritten = { actors: { incarnation: string; address: string }[]; event: object }

/** The event a turn is delivering, in the form in which it arrived; saves encoding it again. */
export type Delivery = { event: EventObject; text: string; key: string | null }

/** Writes down every delivery as a journal entry with what it changed, compared with what was recorded before. */
export class Recorder {
  readonly #refs: RefCodec
  readonly #stateRefs: RefCodec
  readonly #last = new Map<string, Last>()
  readonly changed = new Set<string>()
  /** Actors made in this turn. */
  fresh: Hosted[] = []
  /** Incarnations that their parents gave up in this turn. */
  lost: string[] = []
  turn: TurnRecord | undefined
  delivery: Delivery | undefined
  #seq: number
  #created = 0
  #microsteps: Encoded[] = []
  #rewritten: Rewritten | undefined

  /** `immutable`: no action changes a context in place, so what was recorded of one is frozen. */
  constructor(seq: number, refs: RefCodec, immutable = false) {
    this.#seq = seq
    this.#refs = refs
    this.#stateRefs = immutable ? { ...refs, freezes: true } : refs
  }

  get seq() {
    return this.#seq + (this.turn?.entries.length ?? 0)
  }

  begin(turn: TurnRecord) {
    this.turn = turn
    this.#created = 0
    this.fresh = []
    this.lost = []
    if (this.#rewritten) this.#enterRewritten(turn, this.#rewritten)
  }

  /** Actors were changed while they were loaded: the next turn begins with an entry for each that holds it whole. */
  rewritten(actors: Rewritten['actors'], event: { type: string; from?: string; to?: string }) {
    this.#rewritten = { actors, event }
  }

  end() {
    this.#seq = this.seq
    this.turn = undefined
    this.#rewritten = undefined
  }

  /** `<seq of the entry that makes it>.<n>`: unique in the system without a sequence of its own. */
  nextIncarnation = (): string => `${this.seq + 1}.${this.#created++}`

  last = (incarnation: string): Last | undefined => this.#last.get(incarnation)

  restored(hosted: Hosted, { frozen, value }: Stored) {
    const { id, src, kind, parent, sync, systemId } = frozen
    const identity = { id, src, kind, parent, ...(sync && { sync }), ...(systemId !== undefined && { systemId }) }
    this.#last.set(hosted.incarnation, { identity, frozen, value })
  }

  forget(incarnation: string) {
    this.#last.delete(incarnation)
  }

  microstep({ snapshot, _transitions }: Microstep) {
    const taken = _transitions.map(({ source, target, eventType }) => [
      source.id,
      eventType,
      ...(target ?? []).map((node) => node.id),
    ])
    if (taken.length) this.#microsteps.push({ taken, value: snapshot.value as Encoded })
  }

  /** Runs what may meet a value that cannot be stored; that voids the turn. */
  storing<T>(use: () => T): T | undefined {
    try {
      return use()
    } catch (error) {
      if (this.turn) this.turn.defect ??= new Defect('snapshot.unstorable', (error as Error).message, { cause: error })
      return undefined
    }
  }

  /** From now on each state the actor reaches becomes an entry, and what it emits is kept. */
  observe(hosted: Hosted, stopped: (hosted: Hosted) => void) {
    const { actor } = hosted
    this.fresh.push(hosted)
    const { update, _error, start } = actor
    let entry: Entry | undefined
    let before: Last | undefined
    let starting = false
    actor.start = () => {
      starting = true
      try {
        return start.call(actor)
      } finally {
        starting = false
      }
    }
    actor.update = (snapshot, event) => {
      starting = false
      before = this.#last.get(hosted.incarnation)
      entry = this.#enter(hosted, snapshot, event)
      if (snapshot.status === 'stopped') stopped(hosted)
      update.call(actor, snapshot, event)
      entry = undefined
    }
    actor._error = (error) => {
      // An effect after the transition failed: the actor is in error, still by the same event.
      if (entry) this.#compare(entry, hosted, actor._snapshot, before)
      else
        this.#enter(
          hosted,
          actor._snapshot,
          starting ? initEvent(actor.options.input) : (actor.mailbox._current?.value as EventObject),
        )
      _error.call(actor, error)
    }
    actor._actorScope.emit = (event) => this.#emit(hosted, event)
    // Without an observer XState throws a root's error at the process.
    if (!actor._parent) actor.subscribe({ error: () => {} })
  }

  #enter(hosted: Hosted, snapshot: InnerSnapshot, event: EventObject): Entry | undefined {
    const turn = this.turn
    if (!turn) return undefined
    const ours = this.delivery?.event === event ? this.delivery : undefined
    const text = ours?.text ?? JSON.stringify(this.storing(() => encode(event, this.#refs)) ?? null)
    const entry: Entry = {
      seq: this.seq + 1,
      incarnation: hosted.incarnation,
      address: hosted.address,
      event: text,
      value: undefined,
      delta: {},
      microsteps: this.#microsteps,
      key: ours?.key ?? null,
    }
    if (ours) this.delivery = undefined
    this.#microsteps = []
    this.#compare(entry, hosted, snapshot, this.#last.get(hosted.incarnation))
    turn.entries.push(entry)
    turn.bytes += text.length + 200
    this.#created = 0
    return entry
  }

  /** What a running activity emits is an entry of its own, which changes nothing. */
  emission({ incarnation, address }: Hosted, { text, event }: { text: string; event: Encoded }) {
    const turn = this.turn as TurnRecord
    const common = { incarnation, address, microsteps: [], key: null, value: undefined, delta: {} }
    turn.entries.push({ ...common, seq: this.seq + 1, event: text })
    turn.emitted.push({ seq: this.seq, n: 0, address, event })
    this.#created = 0
  }

  #enterRewritten(turn: TurnRecord, { actors, event }: Rewritten) {
    for (const { incarnation, address } of actors) {
      const { frozen, value } = this.#last.get(incarnation) as Last
      const delta = difference(undefined, frozen as unknown as Encoded)
      const common = { incarnation, address, microsteps: [], key: null }
      turn.entries.push({ ...common, seq: this.seq + 1, event: JSON.stringify(event), value, delta })
      this.changed.add(incarnation)
    }
  }

  #compare(entry: Entry, hosted: Hosted, snapshot: InnerSnapshot, before: Last | undefined) {
    const identity = before?.identity ?? identityOf(hosted.actor, hosted.kind)
    const frozen = this.storing(() => freeze(identity, snapshot, this.#stateRefs))
    if (!frozen) return
    entry.value = hosted.kind === 'machine' ? (snapshot.value as Encoded) : undefined
    entry.delta = difference(before?.frozen as Encoded | undefined, frozen as unknown as Encoded)
    this.#last.set(hosted.incarnation, { identity, frozen, value: entry.value })
    if (before && before.frozen.children !== frozen.children) this.lost.push(...lostBetween(before.frozen, frozen))
    this.changed.add(hosted.incarnation)
  }

  #emit(hosted: Hosted, event: EventObject) {
    const turn = this.turn
    const stored = this.storing(() => encode(event, this.#refs))
    if (!turn || stored === undefined) return
    const seq = this.seq
    const previous = turn.emitted.at(-1)
    const n = previous?.seq === seq ? previous.n + 1 : 0
    turn.emitted.push({ seq, n, address: hosted.address, event: stored })
  }
}

const lostBetween = ({ children: before = {} }: Frozen, { children: after = {} }: Frozen): string[] =>
  Object.entries(before).flatMap(([key, child]) => (child === after[key] ? [] : [child]))

const initEvent = (input: unknown): EventObject => ({ type: 'xstate.init', input }) as EventObject
