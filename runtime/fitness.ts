import type { AnyStateNode } from 'xstate'
import type { Store } from '../db/index.ts'
import type { Stored } from './frozen.ts'
import type { Hosted, LiveSystem } from './live-system.ts'
import { isMachine } from './logic.ts'

/** Why a snapshot that could be loaded would still not go on as it did. */
export type Misfit = {
  address: string
  message: string
  /** Explained when the journal shows a delivery of this event to the incarnation, or an actor that lived at this address. */
  unless?: { incarnation: string; event: string } | { address: string }
}

/**
 * What a restore by another definition does not notice: children whose logic is gone, states that have become compound, and
 * states that were entered before they had this timer or this invoked actor, which would wait for it for ever. `rearranged`
 * names the actors that get an event after their migration, which may put that right.
 */
export function misfitsOf(
  system: LiveSystem,
  stored: ReadonlyMap<string, Stored>,
  rearranged: ReadonlySet<string> = new Set(),
): Misfit[] {
  return [...system.actors.values()].flatMap((hosted) => {
    const { frozen, value } = stored.get(hosted.incarnation) as Stored
    if (frozen.status !== 'active') return []
    if (frozen.kind !== hosted.kind)
      return [
        { address: hosted.address, message: `${named(hosted)} was of kind ${frozen.kind} and is ${hosted.kind} now` },
      ]
    if (!isMachine(hosted.actor.logic)) return []
    const broken = [...lostChildren(hosted, stored), ...halfEntered(hosted, hosted.actor.logic.root, value)]
    return rearranged.has(hosted.incarnation) ? broken : [...broken, ...waiting(system, hosted)]
  })
}

const named = ({ address }: Hosted) => (address ? `actor ${address}` : 'the root')

function lostChildren(hosted: Hosted, stored: ReadonlyMap<string, Stored>): Misfit[] {
  const { frozen } = stored.get(hosted.incarnation) as Stored
  const kept = hosted.actor._snapshot.children ?? {}
  return Object.entries(frozen.children ?? {}).flatMap(([key, child]) => {
    const below = stored.get(child)?.frozen
    if (below?.status !== 'active' || kept[key]) return []
    const { address } = hosted
    return [{ address, message: `${named(hosted)} has a child ${key}, whose logic ${below.src} is not in the machine` }]
  })
}

/** XState takes the initial state of what has become compound, without entering it. */
function halfEntered(hosted: Hosted, node: AnyStateNode, value: unknown): Misfit[] {
  const inner = typeof value === 'string' ? { [value]: undefined } : ((value ?? {}) as Record<string, unknown>)
  const states = Object.values(node.states)
  const active = states.filter(({ key }) => Object.hasOwn(inner, key))
  const complete = node.type === 'parallel' ? active.length === states.length : !states.length || active.length === 1
  if (!complete)
    return [
      {
        address: hosted.address,
        message: `${named(hosted)} is in state ${node.id}, and the snapshot does not say in which ${node.type === 'parallel' ? 'of its regions' : 'of its states'}`,
      },
    ]
  return active.flatMap((state) => halfEntered(hosted, state, inner[state.key]))
}

function waiting(system: LiveSystem, hosted: Hosted): Misfit[] {
  const { incarnation, address, actor } = hosted
  const armed = new Set(system.timers.of(incarnation).map(({ sendId }) => sendId))
  const children = actor._snapshot.children ?? {}
  return activeNodes(hosted).flatMap((node) => [
    ...delaysOf(node)
      .filter((event) => !armed.has(event))
      .map((event) => ({
        address,
        message: `${named(hosted)} is in state ${node.id}, whose timer ${event} was never armed`,
        unless: { incarnation, event },
      })),
    ...node.invoke
      .filter(({ id }) => !children[id])
      .map(({ id }) => ({
        address,
        message: `${named(hosted)} is in state ${node.id}, which invokes ${id}, and that was never started`,
        unless: { address: address ? `${address}/${id}` : id },
      })),
  ])
}

const activeNodes = ({ actor }: Hosted): AnyStateNode[] =>
  (actor._snapshot as unknown as { _nodes: AnyStateNode[] })._nodes

// Not by `node.after`, which arms the state's timers once more each time it is read (xstate 5.33.3).
const delaysOf = ({ config, id }: AnyStateNode): string[] =>
  Object.keys((config.after ?? {}) as object).map(
    (delay) => `xstate.after.${Number.isNaN(+delay) ? delay : +delay}.${id}`,
  )

const ENTRIES_AT_ONCE = 500

/** Those that what happened before does not explain: a timer that has fired, an actor that was stopped. */
export async function unexplained(store: Pick<Store, 'readJournal'>, id: string, misfits: Misfit[]): Promise<Misfit[]> {
  let open = misfits
  for (let after = 0; open.some(({ unless }) => unless);) {
    const rows = await store.readJournal({ id, after, limit: ENTRIES_AT_ONCE })
    if (!rows.length) break
    after = (rows.at(-1) as { seq: number }).seq
    open = open.filter(({ unless }) => !rows.some((row) => unless && explains(row, unless)))
  }
  return open
}

function explains(
  row: { address: string; incarnation: string; event: { type?: unknown } },
  unless: NonNullable<Misfit['unless']>,
): boolean {
  if ('address' in unless) return row.address === unless.address
  return row.incarnation === unless.incarnation && row.event.type === unless.event
}
