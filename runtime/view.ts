import { getNextTransitions } from 'xstate'
import { decode, type Encoded, type RefCodec } from './encoding.ts'
import type { Frozen } from './frozen.ts'
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

export function actorView(
  frozen: Frozen,
  value: Encoded | undefined,
  snapshot: InnerSnapshot,
  children: Record<string, ChildView>,
  seq: number,
): ActorView {
  const known = (part: Encoded | undefined) => (part === undefined ? undefined : decode(part, outsideRefs))
  const data = known(frozen.data) as { context?: unknown } | undefined
  return {
    value: structuredClone(value),
    context: frozen.kind === 'machine' ? known(frozen.context) : data?.context,
    status: frozen.status as ActorView['status'],
    tags: frozen.kind === 'machine' ? [...((snapshot as { tags?: Set<string> }).tags ?? [])] : [],
    output: known(frozen.output),
    error: known(frozen.error),
    children,
    seq,
    next: frozen.kind === 'machine' && frozen.status === 'active' ? nextTypes(snapshot) : [],
  }
}

function nextTypes(snapshot: InnerSnapshot): string[] {
  const types = getNextTransitions(snapshot as never).map(({ eventType }) => eventType as string)
  return [...new Set(types)].filter((type) => type !== '' && !type.startsWith('xstate.'))
}
