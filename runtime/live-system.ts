import type { AnyStateMachine, EventObject } from 'xstate'
import { decode, encode, type Encoded, type RefCodec } from './encoding.ts'
import { dueAfter } from './clock.ts'
import { Defect } from './failures.ts'
import { activityLogic, kindOf, type LogicKind } from './logic.ts'
import { persistedForm, type Stored } from './frozen.ts'
import { Recorder } from './recorder.ts'
import { RemoteRef, systemRefs, withAddresses } from './refs.ts'
import type { Registry } from './registry.ts'
import { Timers } from './timers.ts'
import type { Timer, TurnRecord } from './turn-record.ts'
import * as inner from './xstate-internals.ts'
import type { InnerActor, InnerSystem, Microstep, SystemHost } from './xstate-internals.ts'

/** An actor of the system and what was last recorded of it. */
export type Hosted = {
  actor: InnerActor
  incarnation: string
  address: string
  kind: LogicKind
}

export type SystemIdentity = { id: string; name: string; version: string; machine: AnyStateMachine; seq: number }

/** What a live system needs of its process. */
export type Surroundings = {
  registry: Registry
  uuid(): string
  log(...args: unknown[]): void
  /** A send made outside of a turn: by a custom action's callback, or by a promise through `self` or `system`. */
  strayed(system: string, address: string, event: EventObject): void
}

// A turn that delivers more than this is a loop between actors, and would never end.
const MAX_DELIVERIES = 100_000
// As for machines that take eventless transitions for ever.
const MAX_MICROSTEPS = 10_000

/** One root actor and all its descendants in memory, running on XState's own actors. Only a turn changes it. */
export class LiveSystem implements SystemHost {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly machine: AnyStateMachine
  readonly actors = new Map<string, Hosted>()
  readonly timers = new Timers()
  readonly recorder: Recorder
  readonly refs: RefCodec
  readonly #around: Surroundings
  readonly #system: InnerSystem
  #restoring: ReadonlyMap<string, Stored> | undefined
  #microsteps = 0
  #armings = 0
  root!: InnerActor
  /** What the root is to be sent first, once it was migrated. */
  afterwards: EventObject[] = []

  constructor(identity: SystemIdentity, around: Surroundings) {
    this.id = identity.id
    this.name = identity.name
    this.version = identity.version
    this.machine = identity.machine
    this.#around = around
    this.#system = inner.innerSystem(this)
    this.refs = systemRefs(this.actors, this.relay.bind(this))
    this.recorder = new Recorder(identity.seq, this.refs, around.registry.entry(identity.name)?.immutable)
  }

  get turn(): TurnRecord | undefined {
    return this.recorder.turn
  }

  /** Constructs and starts the root; to be called inside a turn. */
  create(input: unknown) {
    this.root = inner.createRoot(this.machine, this.#system, { id: this.id, input })
    this.root.start()
  }

  /** Puts all actors where the stored forms say they were; runs nothing. Throws a Defect when a snapshot does not fit. */
  restore(stored: ReadonlyMap<string, Stored>, timers: Timer[], rootIncarnation: string) {
    this.#restoring = stored
    try {
      this.root = inner.createRoot(this.machine, this.#system, {
        id: this.id,
        snapshot: persistedForm(stored, rootIncarnation),
      })
      this.#fill(stored)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new Defect('snapshot.unfit', `the snapshot does not fit machine ${this.name} ${this.version}: ${message}`)
    } finally {
      this.#restoring = undefined
    }
    for (const timer of timers) this.timers.add(timer)
    this.#armings = Math.max(0, ...timers.map(({ order }) => order)) + 1
  }

  at(address: string): Hosted | undefined {
    for (const hosted of this.actors.values()) if (hosted.address === address && this.alive(hosted)) return hosted
    return this.lastAt(address)
  }

  /** The living incarnation at an address, or the last one that is still a child of its parent. */
  lastAt(address: string): Hosted | undefined {
    let found: Hosted | undefined
    for (const hosted of this.actors.values()) if (hosted.address === address) found = hosted
    return found
  }

  forget = (incarnation: string) => {
    this.actors.delete(incarnation)
    this.recorder.forget(incarnation)
  }

  alive = (hosted: Hosted): boolean => hosted.actor._processingStatus === 1

  reviveEvent = (event: Encoded): EventObject => decode(event, this.refs) as EventObject

  // --- SystemHost: what XState's actors call ---

  nextSessionId = (): string => (this.#restoring ? '' : this.recorder.nextIncarnation())

  relay(source: InnerActor | undefined, target: InnerActor, event: EventObject) {
    const turn = this.turn
    if (target instanceof RemoteRef) return this.#sendAway(target, event)
    if (!turn) return this.#around.strayed(this.id, this.actors.get(target.sessionId)?.address ?? '', event)
    if (turn.entries.length >= MAX_DELIVERIES)
      turn.defect ??= new Defect('turn.endless', `one event led to more than ${MAX_DELIVERIES} deliveries`)
    this.#microsteps = 0
    // A stopped actor ignores events; XState's development build would warn of each.
    if (!turn.defect && target?._processingStatus !== 2) target._send(event)
  }

  schedule(source: InnerActor, target: InnerActor, event: EventObject, delay: number, id?: string) {
    const turn = this.turn
    if (!turn) throw new Error('a delayed event can only be sent inside a transition')
    const timer: Timer = {
      id: this.#around.uuid(),
      source: source.sessionId,
      target: target.sessionId,
      sendId: id ?? null,
      due: dueAfter(turn.time, delay),
      event: encode(event, this.refs),
      order: this.#armings++,
    }
    this.timers.add(timer)
    turn.armed.push(timer)
  }

  cancel(source: InnerActor, id: string) {
    const timer = this.timers.latest(source.sessionId, id)
    if (timer) this.#disarm(timer)
  }

  cancelAll(source: InnerActor) {
    for (const timer of this.timers.of(source.sessionId)) this.#disarm(timer)
  }

  adopted(actor: InnerActor) {
    this.#microsteps = 0
    if (inner.isAnchor(actor._parent)) actor._parent = undefined
    const parent = actor._parent && this.actors.get(actor._parent.sessionId)
    if (parent && typeof actor.src !== 'string')
      throw new Error(
        `actor ${actor.id} was spawned from inline logic, which cannot be restored: name it in setup({ actors })`,
      )
    const kind = this.#kind(actor)
    if (kind === 'activity')
      actor.logic = activityLogic((self, input) => this.#startActivity(self as InnerActor, input))
    if (this.#restoring) this.#identify(actor, parent)
    const address = parent ? join(parent.address, actor.id) : ''
    const hosted: Hosted = { actor, incarnation: actor.sessionId, address, kind }
    this.actors.set(actor.sessionId, hosted)
    this.recorder.observe(hosted, (stopped) => this.#stopped(stopped))
  }

  microstep(micro: Microstep) {
    if (++this.#microsteps > MAX_MICROSTEPS)
      throw new Error(`a machine took more than ${MAX_MICROSTEPS} microsteps for one event`)
    this.recorder.microstep(micro)
  }

  lookup = (systemId: string): unknown => RemoteRef.parse(systemId, this.relay.bind(this))

  log = (...args: unknown[]) => this.#around.log(...args)

  // --- private ---

  #kind(actor: InnerActor): LogicKind {
    const overridden = actor._parent && this.#around.registry.activity(String(actor.src))
    const kind = overridden ? 'activity' : kindOf(actor.logic)
    if (!kind) throw new Error(`actor ${actor.id} uses callback or observable logic, which cannot be restored`)
    return kind
  }

  #startActivity(actor: InnerActor, input: unknown) {
    const { incarnation, address } = this.actors.get(actor.sessionId) as Hosted
    const src: string[] = []
    for (let at: InnerActor | undefined = actor; at?._parent; at = at._parent) src.unshift(String(at.src))
    const stored = this.recorder.storing(() => encode(input, withAddresses(this.refs, this.actors))) ?? null
    this.turn?.started.push({ incarnation, address, src, input: stored })
  }

  #stopped(hosted: Hosted) {
    const turn = this.turn
    if (!turn || hosted.kind !== 'activity') return
    const fresh = turn.started.findIndex(({ incarnation }) => incarnation === hosted.incarnation)
    if (fresh >= 0) turn.started.splice(fresh, 1)
    else turn.stopped.push(hosted.incarnation)
  }

  #disarm(timer: Timer) {
    const turn = this.turn
    if (!turn || !this.timers.remove(timer.id)) return
    const fresh = turn.armed.findIndex(({ id }) => id === timer.id)
    if (fresh >= 0) turn.armed.splice(fresh, 1)
    else turn.cancelled.push(timer.id)
  }

  #sendAway(target: RemoteRef, event: EventObject) {
    const turn = this.turn
    if (!turn) return this.#around.strayed(target.system, target.address, event)
    const stored = this.recorder.storing(() => encode(event, this.refs))
    if (stored !== undefined)
      turn.sent.push({
        system: target.system,
        address: target.address,
        id: this.#around.uuid(),
        event: stored,
        due: turn.time,
      })
  }

  // In a restore XState constructs an actor for each stored child; who it was is told by its parent and its key there.
  #identify(actor: InnerActor, parent: Hosted | undefined) {
    const stored = this.#restoring as ReadonlyMap<string, Stored>
    const children = parent && stored.get(parent.incarnation)?.frozen.children
    const incarnation = children ? (children[actor.id] as string) : ROOT_INCARNATION
    actor.sessionId = incarnation
    actor._actorScope.sessionId = incarnation
    actor.id = parent ? (stored.get(incarnation) as Stored).frozen.id : this.id
    actor._actorScope.id = actor.id
  }

  #fill(stored: ReadonlyMap<string, Stored>) {
    for (const hosted of this.actors.values()) {
      const from = stored.get(hosted.incarnation) as Stored
      const snapshot = hosted.actor._snapshot
      const { frozen } = from
      // XState keeps what goes wrong while it restores as the actor's error.
      if (snapshot.status === 'error' && frozen.status !== 'error') throw snapshot.error
      const revive = (part: Encoded | undefined) => (part === undefined ? undefined : decode(part, this.refs))
      if (frozen.kind === 'pure') hosted.actor._snapshot = revive(frozen.data) as never
      else Object.assign(snapshot, { output: revive(frozen.output), error: revive(frozen.error) })
      if (frozen.kind === 'machine') snapshot.context = revive(frozen.context)
      if (frozen.kind === 'activity') snapshot.input = revive(frozen.input)
      this.recorder.restored(hosted, from)
      if (frozen.status === 'active') inner.resume(hosted.actor, this.relay.bind(this))
      else inner.markStopped(hosted.actor, this.#system)
    }
  }
}

export const ROOT_INCARNATION = '1.0'

/** An address is the path of child ids; a slash inside an id is escaped. */
const join = (parent: string, id: string): string => {
  const segment = id.replaceAll('%', '%25').replaceAll('/', '%2F')
  return parent === '' ? segment : `${parent}/${segment}`
}
