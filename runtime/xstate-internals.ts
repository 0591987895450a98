// The one file that knows what XState keeps to itself. Pinned: xstate 5.33.3; read again at every bump.
import { createActor, type AnyActorLogic, type AnyActorRef, type AnyMachineSnapshot, type EventObject } from 'xstate'

/** The parts of XState's `Actor` that are internal, as far as the runtime uses them. */
export type InnerActor = AnyActorRef & {
  logic: AnyActorLogic
  options: { input?: unknown }
  systemId: string | undefined
  sessionId: string
  id: string
  src: unknown
  _parent: InnerActor | undefined
  _syncSnapshot: boolean
  _processingStatus: 0 | 1 | 2
  _snapshot: InnerSnapshot
  _actorScope: { id: string; sessionId: string; emit(event: EventObject): void }
  mailbox: { start(): void; _current: { value: EventObject } | null }
  update(snapshot: InnerSnapshot, event: EventObject): void
  _error(error: unknown): void
  _send(event: EventObject): void
}

export type InnerSnapshot = {
  status: string
  value?: unknown
  context?: unknown
  children?: Record<string, InnerActor | undefined>
  historyValue?: Record<string, { id: string }[]>
  output?: unknown
  error?: unknown
  input?: unknown
}

export type Microstep = { event: EventObject; snapshot: AnyMachineSnapshot; _transitions: MicrostepTransition[] }
export type MicrostepTransition = { source: { id: string }; target?: { id: string }[]; eventType: string }

/** What the durable system does where XState would use the process: clock, ids, and the delivery of events. */
export type SystemHost = {
  nextSessionId(): string
  relay(source: InnerActor | undefined, target: InnerActor, event: EventObject): void
  schedule(source: InnerActor, target: InnerActor, event: EventObject, delay: number, id?: string): void
  cancel(source: InnerActor, id: string): void
  cancelAll(source: InnerActor): void
  /** An actor was constructed and has no state yet: its logic may still be exchanged. */
  adopted(actor: InnerActor): void
  microstep(micro: Microstep): void
  lookup(systemId: string): unknown
  log(...args: unknown[]): void
}

/** An object in the shape of XState's own `createSystem`, whose effects go to the host. */
export function innerSystem(host: SystemHost) {
  const keyed = new Map<string, InnerActor>()
  const keyOf = new WeakMap<object, string>()
  return {
    _snapshot: { _scheduledEvents: {} },
    _bookId: () => host.nextSessionId(),
    _register: (sessionId: string) => sessionId,
    _unregister: (actor: InnerActor) => {
      const key = keyOf.get(actor)
      if (key === undefined) return
      keyed.delete(key)
      keyOf.delete(actor)
    },
    _set: (systemId: string, actor: InnerActor) => {
      const existing = keyed.get(systemId)
      if (existing && existing !== actor) throw new Error(`Actor with system ID '${systemId}' already exists.`)
      keyed.set(systemId, actor)
      keyOf.set(actor, systemId)
    },
    get: (systemId: string) => keyed.get(systemId) ?? host.lookup(systemId),
    getAll: () => Object.fromEntries(keyed),
    inspect: () => ({ unsubscribe() {} }),
    _sendInspectionEvent: (event: { type: string; actorRef?: InnerActor }) => {
      if (event.type === '@xstate.actor') host.adopted(event.actorRef as InnerActor)
      else if (event.type === '@xstate.microstep') host.microstep(event as unknown as Microstep)
    },
    _relay: (source: InnerActor | undefined, target: InnerActor, event: EventObject) =>
      host.relay(source, target, event),
    scheduler: {
      schedule: (source: InnerActor, target: InnerActor, event: EventObject, delay: number, id?: string) =>
        host.schedule(source, target, event, delay, id),
      cancel: (source: InnerActor, id: string) => host.cancel(source, id),
      cancelAll: (source: InnerActor) => host.cancelAll(source),
    },
    getSnapshot: () => ({ _scheduledEvents: {} }),
    start() {},
    _clock: { setTimeout: forbidTimer, clearTimeout: forbidTimer },
    _logger: (...args: unknown[]) => host.log(...args),
  }
}

function forbidTimer(): never {
  throw new Error('an actor asked its clock for a timer outside of the scheduler')
}

export type InnerSystem = ReturnType<typeof innerSystem>

/** A root actor inside a system of ours. XState takes the system from the parent; the parent is cut off on adoption. */
export function createRoot(
  logic: AnyActorLogic,
  system: InnerSystem,
  options: { id: string; input?: unknown; snapshot?: unknown },
): InnerActor {
  const anchor = { system, isAnchor: true }
  return createActor(logic, { ...options, parent: anchor } as never) as unknown as InnerActor
}

export const isAnchor = (actor: unknown): boolean => (actor as { isAnchor?: boolean }).isAnchor === true

/** Makes a restored actor live without `start()`, which would run entry effects and tell sync-snapshot parents again. */
export function resume(actor: InnerActor, relay: SystemHost['relay']) {
  actor._processingStatus = 1
  if (actor._syncSnapshot) observeSnapshots(actor, relay)
  actor.mailbox.start()
}

export function markStopped(actor: InnerActor, system: InnerSystem) {
  actor._processingStatus = 2
  system._unregister(actor)
}

// As in Actor.start().
function observeSnapshots(actor: InnerActor, relay: SystemHost['relay']) {
  const tell = (snapshot: InnerSnapshot) => {
    if (snapshot.status === 'active' && actor._parent)
      relay(actor, actor._parent, { type: `xstate.snapshot.${actor.id}`, snapshot } as EventObject)
  }
  actor.subscribe({ next: tell as never, error: () => {} })
}

export const isActorRef = (value: object): value is InnerActor =>
  typeof (value as InnerActor).sessionId === 'string' && typeof (value as InnerActor)._send === 'function'

export const isMachineSnapshot = (value: object): value is AnyMachineSnapshot =>
  '_nodes' in value && 'machine' in value && 'historyValue' in value
