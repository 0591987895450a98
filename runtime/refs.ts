import type { EventObject } from 'xstate'
import type { RefCodec } from './encoding.ts'
import { isMachineSnapshot, type InnerActor } from './xstate-internals.ts'

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

/** For events that come from outside: a reference in one can only be a name that an earlier snapshot gave. */
export const outsideCodec: RefCodec = {
  store: (value) =>
    value instanceof RemoteRef ? { id: value.address, incarnation: '', system: value.system } : undefined,
  revive: (ref) => ref,
  substitute: (value) =>
    isMachineSnapshot(value) ? { status: value.status, value: value.value, context: value.context } : undefined,
}
