import type { AnyStateMachine } from 'xstate'

/** A journal entry as it is read. */
type Entry = {
  seq: number
  at: Date
  address: string
  event: unknown
  value: unknown
  context: unknown
  status: string
}

/** What inspectors of Stately take over their transports (@statelyai/inspect 0.7): those without `_version` are dropped. */
export type WireEvent = {
  type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot'
  /** `<journal entry>.<n>`: where a reader goes on. */
  id: string
  sessionId: string
  rootId: string
  /** Milliseconds since 1970. */
  createdAt: string
  _version: string
  name?: string
  parentId?: string
  definition?: string
  event?: unknown
  sourceId?: string
  snapshot?: unknown
}

const version = '0.7.2'

/**
 * Turns journal entries, in order, into the events of an inspector: for every actor its definition when it is first met,
 * then each event and the snapshot it led to. There is no live actor: a journal of last year replays as one of today.
 */
export function inspection(directiveId: string, machineOf: (context: unknown) => AnyStateMachine | undefined) {
  const known = new Set<string>()
  const sessionOf = (address: string) => (address === '' ? directiveId : `${directiveId}/${address}`)
  return (entry: Entry): WireEvent[] => {
    const { seq, at, address, event, value, context, status } = entry
    const common = { rootId: directiveId, sessionId: sessionOf(address), createdAt: String(+at), _version: version }
    const snapshot = { value, context, status }
    const told: Omit<WireEvent, 'id'>[] = [
      { ...common, type: '@xstate.event', event },
      { ...common, type: '@xstate.snapshot', event, snapshot },
    ]
    if (!known.has(address)) {
      known.add(address)
      const machine = machineOf(context)
      told.unshift({
        ...common,
        type: '@xstate.actor',
        name: address.split('/').at(-1) || (machine?.id ?? directiveId),
        ...(address !== '' && { parentId: sessionOf(address.split('/').slice(0, -1).join('/')) }),
        ...(machine && { definition: JSON.stringify(machine.config) }),
        snapshot,
      })
    }
    return told.map((each, n) => ({ ...each, id: `${seq}.${n + 1}` }))
  }
}
