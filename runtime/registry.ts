import { createHash } from 'node:crypto'
import type { AnyActorLogic, AnyStateMachine, AnyStateNode, EventObject } from 'xstate'
import type { Activity } from './activity.ts'
import { Defect, Rejection } from './failures.ts'
import { activityLogic, isMachine, kindOf, logicNamed } from './logic.ts'
import type { ActorView } from './view.ts'

export type ProjectionRow = { kind: string; key: string; data: unknown }
export type Project = (snapshot: ActorView, place: { address: string; systemId: string }) => ProjectionRow[]

/** Anything with zod's `safeParse`. */
export type EventSchema = { safeParse(event: unknown): { success: boolean; error?: { message: string } | undefined } }

/**
 * An actor of a machine as data: what a migration is given and gives back. References to actors pass through it unread.
 * `history`: ids of state nodes, by that of their history state's parent.
 */
export type RootState = { value: unknown; status: string; context: any; history?: Record<string, string[]> }
export type Migrate = (state: RootState) => RootState

export type MigrationRule = {
  to: string
  /** Lifts the root. */
  migrate?: Migrate
  /** Lifts actors below it, by the names of their logic from the root's child on: `order`, `order/payment`. */
  below?: Record<string, Migrate>
  /**
   * Sent to the root right after, in the same turn. A rule changes data and starts nothing: where the new version waits for a
   * timer or an invoked actor that the old one did not have, a transition on this event enters that state.
   */
  then?: EventObject
}

export type MachineEntry = {
  machine: AnyStateMachine
  version: string
  versions?: Record<string, AnyStateMachine>
  /**
   * Lifts the root of a running system that was made by the version of that name: to the version named by `to`, or to the
   * next one in this list, or from the last of the list to the current one.
   */
  migrations?: Record<string, Migrate | MigrationRule>
  /** By event type. Where given, other types and shapes are refused as `event.invalid`. */
  schemas?: Record<string, EventSchema>
  /** May be given frozen data; it is to change nothing. */
  project?: Project
  /**
   * No action of this machine, or of one below it, changes a context in place. The runtime then freezes what it has recorded,
   * and records the same object again without a look at what is in it: large contexts cost what changed in them.
   */
  immutable?: boolean
}

export type Machines = Record<string, AnyStateMachine | MachineEntry>

export type Registry = {
  hasSchemas: boolean
  entry(name: string): MachineEntry | undefined
  activity(src: string): Activity | undefined
  /** The machine of that version, which may be an old one kept for running systems. Throws a Defect when it is missing. */
  machine(name: string, version: string): AnyStateMachine
}

/** Throws Rejection `machine.not_durable` for a machine that holds callback or observable logic. */
export function createRegistry(machines: Machines, activities: Record<string, Activity>): Registry {
  const entries = new Map<string, MachineEntry>()
  for (const [name, given] of Object.entries(machines)) {
    const entry: MachineEntry = isMachine(given)
      ? { machine: given, version: given.version ?? '1' }
      : (given as MachineEntry)
    const prepare = (machine: AnyStateMachine) => prepared(name, machine, activities)
    const versions = Object.fromEntries(Object.entries(entry.versions ?? {}).map(([v, m]) => [v, prepare(m)]))
    entries.set(name, { ...entry, machine: prepare(entry.machine), versions })
  }
  return {
    hasSchemas: [...entries.values()].some(({ schemas }) => schemas),
    entry: (name) => entries.get(name),
    activity: (src) => (Object.hasOwn(activities, src) ? activities[src] : undefined),
    machine: (name, version) => {
      const entry = entries.get(name)
      if (!entry) throw new Defect('machine.missing', `no machine named ${name} is registered`)
      const machine = version === entry.version ? entry.machine : entry.versions?.[version]
      if (!machine)
        throw new Defect('machine.version_missing', `machine ${name} has no version ${version}, only ${entry.version}`)
      return machine
    },
  }
}

const definitions = new WeakMap<object, string>()

/** A hash of the configs of the machine and of those below it: tells whether a snapshot was made by this very definition. */
export function definitionOf(machine: AnyStateMachine): string {
  const known = definitions.get(machine)
  if (known) return known
  const hash = createHash('sha256').update(shapeOf(machine, [])).digest('hex').slice(0, 16)
  definitions.set(machine, hash)
  return hash
}

// A machine may invoke itself.
function shapeOf(machine: AnyStateMachine, above: object[]): string {
  const { config, implementations } = machine
  if (above.includes(config)) return ''
  const actors = implementations.actors as Record<string, AnyActorLogic>
  const below = Object.keys(actors)
    .sort()
    .flatMap((src) => (isMachine(actors[src]) ? `${src} ${shapeOf(actors[src], [...above, config])}` : []))
  // The context is data of one run, and may hold what JSON cannot; invoked logic that was named is listed with the others.
  const own = JSON.stringify({ ...config, context: undefined }, (_, value: unknown) => {
    if (isMachine(value)) return shapeOf(value, [...above, config])
    return typeof value === 'bigint' ? `${value}n` : value
  })
  return [own, ...below].join('\n')
}

// An activity that `setup` does not declare gets a stand-in, so that XState can resolve its name.
function prepared(name: string, machine: AnyStateMachine, activities: Record<string, Activity>): AnyStateMachine {
  const actors: Record<string, AnyActorLogic> = { ...(machine.implementations.actors as Record<string, AnyActorLogic>) }
  for (const src of Object.keys(activities)) actors[src] ??= activityLogic(() => {})
  for (const [src, logic] of Object.entries(actors))
    if (isMachine(logic)) actors[src] = prepared(`${name}/${src}`, logic, activities)
  const provided = machine.provide({ actors: actors as never })
  refuseVolatileLogic(name, provided, activities)
  return provided
}

function refuseVolatileLogic(name: string, machine: AnyStateMachine, activities: Record<string, Activity>) {
  const declared = Object.entries(machine.implementations.actors as Record<string, AnyActorLogic>)
  const nodes = [...(machine as unknown as { idMap: Map<string, AnyStateNode> }).idMap.values()]
  const inline = nodes.flatMap((node) =>
    node.invoke.map(({ src }): [string, AnyActorLogic | undefined] => [String(src), logicNamed(machine, String(src))]),
  )
  for (const [src, logic] of [...declared, ...inline]) {
    if (Object.hasOwn(activities, src) || logic === undefined) continue
    if (isMachine(logic) && src.startsWith('xstate.invoke.')) refuseVolatileLogic(`${name}/${src}`, logic, activities)
    if (kindOf(logic)) continue
    throw new Rejection(
      'machine.not_durable',
      `machine ${name} uses callback or observable logic (${src}), which lives in one process and cannot be restored: ` +
        'use fromPromise or an activity for work, sendTo or runtime.send for events that arrive from outside',
    )
  }
}
