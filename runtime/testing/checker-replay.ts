import { isDeepStrictEqual } from 'node:util'
import { createActor, fromPromise, fromTransition, type AnyActor, type AnyStateMachine } from 'xstate'
import { isWorkload, type Entry, type View, type Violation } from './checker-view.ts'
import { workloadChildren, workloadMachines } from './workload-machines.ts'
import type { SystemRecord } from './workload-recording.ts'

const nothing = () => {}
const idle = fromTransition((state: object) => state, {})
const still = { setTimeout: nothing, clearTimeout: nothing } as never

/** Alone: what its children and other systems would say to it is in its journal already. */
const alone = (machine: AnyStateMachine) =>
  machine.provide({
    actors: { clerk: idle, job: fromPromise(() => new Promise(nothing)) },
    actions: { relay: nothing, tell: nothing },
  } as never)

const machines = Object.fromEntries(
  Object.entries({ ...workloadMachines, ...workloadChildren }).map(([name, machine]) => [name, alone(machine)]),
) as Record<string, AnyStateMachine>

/** The journal's events, given to XState's own actors in memory, lead to the states that were stored. */
export const checkReplay = ({ systems }: View): Violation[] => [...systems.values()].flatMap(replaySystem)

function replaySystem(record: SystemRecord): Violation[] {
  const found: Violation[] = []
  const emitted: object[] = []
  for (const [address, entries] of Map.groupBy(record.history, (entry) => entry.address)) {
    const machine = address === '' ? record.machine : isClerk(entries) ? 'clerk' : undefined
    if (machine) found.push(...replayActor(record.id, machines[machine] as AnyStateMachine, entries, emitted))
  }
  const stored = record.emitted.map(({ seq, event }) => ({ seq, event: event as object }))
  if (!isDeepStrictEqual(stored, emitted))
    found.push({
      ...{ rule: 'emitted.differ', system: record.id },
      sentence: `${record.id} has ${stored.length} emitted events, a plain run of its journal ${emitted.length}, or others`,
    })
  return found
}

const isClerk = (entries: Entry[]) => entries.some(isWorkload) || entries[0]?.context?.got !== undefined

function replayActor(system: string, machine: AnyStateMachine, entries: Entry[], emitted: object[]): Violation[] {
  let actor: AnyActor | undefined
  let seq = 0
  for (const entry of entries) {
    const { event, address } = entry
    seq = entry.seq
    if (event.type === 'xstate.init') {
      actor = createActor(machine, { input: event.input, clock: still })
      actor.on('*', (each) => void emitted.push({ seq, event: each }))
      actor.start()
    } else if (event.type === 'xstate.stop') actor?.stop()
    else actor?.send(event)
    const plain = actor?.getSnapshot() as { value: unknown; context: unknown; status: string } | undefined
    if (
      !plain ||
      !isDeepStrictEqual([plain.value, plain.context, plain.status], [entry.value, entry.context, entry.status])
    )
      return [differs(system, entry, address, plain)]
  }
  return []
}

const differs = (
  system: string,
  { seq, event, value, context, status }: Entry,
  address: string,
  plain: object | undefined,
) => {
  const { value: is, context: has, status: stands } = (plain ?? {}) as Partial<Entry>
  return {
    ...{ rule: 'replay.differs', system, seq },
    sentence:
      `after entry ${seq} (${event.type}) ${system}/${address} is ${JSON.stringify({ value, context, status })}, ` +
      `and in a plain run ${JSON.stringify({ value: is, context: has, status: stands })}`,
  }
}
