import { getNextTransitions } from 'xstate'
import { decode, type Encoded, type RefCodec } from './encoding.ts'
import type { Frozen } from './frozen.ts'
import { lasting } from './lasting.ts'
import type { InnerSnapshot } from './xstate-internals.ts'

export type ChildView = { address: string; src: string; status: string }

/** The state of one actor as callers see it: plain data that shares nothing with the running system. */
export type ActorView = {
  value: any
  context: any
  status: 'active' | 'done' | 'error' | 'stopped'
  tags: string[]
  output: any
  error: any
  children: Record<string, ChildView>
  /** The last journal entry of the system. */
  seq: number
  /** Event types that some transition takes now; guards are not asked, they may depend on the event's payload. */
  next: string[]
}

/** Outside of its system a reference is no more than a name. */
export const outsideRefs: RefCodec = { store: () => undefined, revive: (ref) => ({ ...ref }) }

type Source = {
  frozen: Frozen
  value: Encoded | undefined
  snapshot: InnerSnapshot
  children(): Record<string, ChildView>
  seq: number
}

const known = (part: Encoded | undefined) => (part === undefined ? undefined : decode(part, outsideRefs))

/** Parts of a context that can never change are the actor's own; the others are made from what was recorded. */
function sharedContext(own: unknown, stored: Encoded | undefined): unknown {
  if (typeof own !== 'object' || own === null || lasting(own)) return own
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored) || '$' in stored) return known(stored)
  const part = (key: string) => (own as Record<string, unknown>)[key]
  const share = (key: string): unknown => {
    const value = part(key)
    return typeof value === 'object' && value !== null && lasting(value) ? value : known(stored[key])
  }
  return Object.fromEntries(Object.keys(stored).map((key) => [key, share(key)]))
}

/** For those who change nothing: each part is made when it is read, what can never change is the actor's own. */
export function glimpse({ frozen, value, snapshot, children, seq }: Source): ActorView {
  const isMachine = frozen.kind === 'machine'
  return {
    get value() {
      return structuredClone(value)
    },
    get context() {
      if (!isMachine) return (known(frozen.data) as { context?: unknown } | undefined)?.context
      return sharedContext(snapshot.context, frozen.context)
    },
    status: frozen.status as ActorView['status'],
    get tags() {
      return isMachine ? [...((snapshot as { tags?: Set<string> }).tags ?? [])] : []
    },
    get output() {
      return known(frozen.output)
    },
    get error() {
      return known(frozen.error)
    },
    get children() {
      return children()
    },
    seq,
    get next() {
      return isMachine && frozen.status === 'active' ? nextTypes(snapshot) : []
    },
  }
}

export function actorView(source: Source): ActorView {
  const view = glimpse(source)
  const { frozen } = source
  return { ...view, context: frozen.kind === 'machine' ? known(frozen.context) : view.context }
}

function nextTypes(snapshot: InnerSnapshot): string[] {
  const types = getNextTransitions(snapshot as never).map(({ eventType }) => eventType as string)
  return [...new Set(types)].filter((type) => type !== '' && !type.startsWith('xstate.'))
}
