import type { EventObject } from 'xstate'
import type { RefCodec } from './encoding.ts'
import { isActorRef, isMachineSnapshot, type InnerActor } from './xstate-internals.ts'

type Relay = (source: InnerActor | undefined, target: InnerActor, event: EventObject) => void

/** A reference to an actor of another system, as `system.get('//<system id>/<address>')` gives it. */
export class RemoteRef {
  readonly id: string
  readonly sessionId: string
  readonly system: string
  readonly address: string
  readonly #relay: Relay

  constructor(system: string, address: string, relay: Relay) {
    this.system = system
    this.address = address
    this.id = `//${system}/${address}`
    this.sessionId = this.id
    this.#relay = relay
  }

  static parse(name: string, relay: Relay): RemoteRef | undefined {
    const match = /^\/\/([^/]+)\/?(.*)$/.exec(name)
    return match ? new RemoteRef(match[1] as string, match[2] as string, relay) : undefined
  }

  send(event: EventObject) {
    this.#relay(undefined, this as never, event)
  }

  _send(event: EventObject) {
    this.send(event)
  }
}

/** What is left of a reference to an actor that was stopped and forgotten: it takes events, and nothing happens. */
export class StoppedRef {
  readonly id: string
  readonly sessionId: string
  readonly _processingStatus = 2
  readonly _snapshot = { status: 'stopped' }

  constructor(id: string, sessionId: string) {
    this.id = id
    this.sessionId = sessionId
  }

  send() {}
  _send() {}
  _stop() {}
  subscribe = () => ({ unsubscribe() {} })
  on = () => ({ unsubscribe() {} })
  getSnapshot = () => this._snapshot
}

type Known = ReadonlyMap<string, { actor: InnerActor; address: string }>

/** References inside a system are stored by incarnation, those to other systems by address. */
export const systemRefs = (known: Known, relay: Relay): RefCodec => ({
  store: (value) => {
    if (value instanceof RemoteRef) return { id: value.address, incarnation: '', system: value.system }
    if (value instanceof StoppedRef || isActorRef(value)) return { id: value.id, incarnation: value.sessionId }
    return undefined
  },
  revive: ({ id, incarnation, system }) => {
    if (system !== undefined) return new RemoteRef(system, id, relay)
    return known.get(incarnation)?.actor ?? new StoppedRef(id, incarnation)
  },
  substitute: plainSnapshot,
})

/** For the input of an activity: an attempt knows nothing of incarnations, what it refers to is told apart by address. */
export const withAddresses = (refs: RefCodec, known: Known): RefCodec => ({
  ...refs,
  store: (value) => {
    const ref = refs.store(value)
    return ref && { ...ref, address: known.get(ref.incarnation)?.address ?? '' }
  },
})

/** For events that come from outside: a reference in one can only be a name that an earlier snapshot gave. */
export const outsideCodec: RefCodec = {
  store: (value) =>
    value instanceof RemoteRef ? { id: value.address, incarnation: '', system: value.system } : undefined,
  revive: (ref) => ref,
  substitute: plainSnapshot,
}

function plainSnapshot(value: object): object | undefined {
  if (!isMachineSnapshot(value)) return undefined
  const { status, context, output, error } = value
  return { status, value: value.value, context, output, error }
}
