import type { Encoded, RefCodec } from './encoding.ts'
import { encode } from './encoding.ts'
import type { LogicKind } from './logic.ts'
import type { InnerActor, InnerSnapshot } from './xstate-internals.ts'

/**
 * The stored form of an actor: who it is, and its snapshot without the state value, which has a column of its own.
 * XState's own persisted form would nest all children and lose undefined, dates, and references to other actors.
 */
export type Frozen = {
  id: string
  src: string
  kind: LogicKind
  parent: string | null
  sync?: true
  systemId?: string
  status: string
  context?: Encoded
  children?: { [key: string]: string }
  history?: { [node: string]: string[] }
  input?: Encoded
  output?: Encoded
  error?: Encoded
  /** The whole snapshot of logic that is neither machine nor activity. */
  data?: Encoded
}

export type Identity = Pick<Frozen, 'id' | 'src' | 'kind' | 'parent' | 'sync' | 'systemId'>

export function identityOf(actor: InnerActor, kind: LogicKind): Identity {
  return {
    id: actor.id,
    src: typeof actor.src === 'string' ? actor.src : '',
    kind,
    parent: actor._parent?.sessionId ?? null,
    ...(actor._syncSnapshot && { sync: true as const }),
    ...(actor.systemId !== undefined && { systemId: actor.systemId }),
  }
}

/** Throws a TypeError naming what cannot be stored. The parts may be shared with earlier results. */
export function freeze(identity: Identity, snapshot: InnerSnapshot, refs: RefCodec): Frozen {
  const outcome = {
    status: snapshot.status,
    ...(snapshot.output !== undefined && { output: encode(snapshot.output, refs) }),
    ...(snapshot.error !== undefined && { error: encode(snapshot.error, refs) }),
  }
  return { ...identity, ...outcome, ...freezeState(identity.kind, snapshot, refs) }
}

function freezeState(kind: LogicKind, snapshot: InnerSnapshot, refs: RefCodec): Partial<Frozen> {
  if (kind === 'activity') return snapshot.input === undefined ? {} : { input: encode(snapshot.input, refs) }
  if (kind === 'pure') return { data: encode(snapshot, refs) }
  return {
    context: encode(snapshot.context ?? {}, refs),
    children: incarnations(snapshot.children ?? {}),
    history: historyIds(snapshot.historyValue ?? {}),
  }
}

type Children = Record<string, InnerActor | undefined>

// XState makes a new object of them whenever there is one more or less.
const known = new WeakMap<Children, { [key: string]: string }>()

function incarnations(children: Children): { [key: string]: string } {
  const before = known.get(children)
  if (before) return before
  const ids: { [key: string]: string } = {}
  for (const key of Object.keys(children)) if (children[key]) ids[key] = children[key].sessionId
  known.set(children, ids)
  return ids
}

const historyIds = (history: Record<string, { id: string }[]>): { [node: string]: string[] } =>
  Object.fromEntries(Object.entries(history).map(([node, nodes]) => [node, nodes.map(({ id }) => id)]))

/** One actor as read from a checkpoint and the deltas after it. */
export type Stored = { address: string; value: Encoded | undefined; frozen: Frozen }

/**
 * XState's persisted snapshot of the actor `incarnation`, with all that are below it; contexts are left empty, since they may
 * refer to actors that do not exist yet.
 */
export function persistedForm(stored: ReadonlyMap<string, Stored>, incarnation: string): object {
  const { frozen, value } = stored.get(incarnation) as Stored
  const { status } = frozen
  if (frozen.kind !== 'machine') return { status, output: undefined, error: undefined }
  const children = Object.entries(frozen.children ?? {}).flatMap(([key, child]) => {
    const below = stored.get(child)?.frozen
    if (!below) return []
    const { src, sync, systemId } = below
    const alive = below.status === 'active' ? systemId : undefined
    return [[key, { src, systemId: alive, syncSnapshot: sync, snapshot: persistedForm(stored, child) }]]
  })
  const history = Object.entries(frozen.history ?? {}).map(([node, ids]) => [node, ids.map((id) => ({ id }))])
  return {
    status,
    value,
    context: {},
    children: Object.fromEntries(children),
    historyValue: Object.fromEntries(history),
    output: undefined,
    error: undefined,
  }
}
