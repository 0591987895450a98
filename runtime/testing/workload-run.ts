import type { EventObject } from 'xstate'
import type { Clock } from '../clock.ts'
import type { SendOptions } from '../mailroom.ts'
import type { HistoryEntry, Emitted } from '../reader.ts'
import type { ActorView } from '../view.ts'
import type { WorkloadMachine } from './workload-machines.ts'
import type { Operation, Outcome, Recording, SystemRecord } from './workload-recording.ts'
import type { Workload } from './workload.ts'

/** A runtime, or a way to one in another process. `name` is of one life of it: a restarted one has another. */
export type Sender = {
  name: string
  spawn(machine: string, options: { id: string; input: unknown }): Promise<{ id: string }>
  send(
    id: string,
    event: EventObject & Record<string, any>,
    options: SendOptions,
  ): Promise<{ seq?: number; duplicate: boolean }>
}

export type Run = {
  workload: Workload
  recording: Recording
  random: () => number
  clock: Pick<Clock, 'setTimeout'>
  /** Those that live now; when there is none, clients wait. */
  senders(): Sender[]
  /** How many clients work at the same time. */
  clients: number
  /** The longest pause of a client between two bursts, in milliseconds. */
  pauseMs: number
  /** Asked before each burst. */
  done(): boolean
}

/** Clients take operations of the workload and wait for what becomes of each burst, until `done`. */
export async function runWorkload(run: Run): Promise<void> {
  const pause = (ms: number) => new Promise<void>((resolve) => void run.clock.setTimeout(resolve, ms))
  const client = async () => {
    while (!run.done()) {
      const senders = run.senders()
      const sender = senders[Math.floor(run.random() * senders.length)]
      if (sender) await Promise.all(run.workload.next().map((operation) => perform(run, sender, operation)))
      await pause(run.random() * run.pauseMs)
    }
  }
  await Promise.all(Array.from({ length: run.clients }, client))
}

/** One operation, recorded. */
export async function perform(
  { workload, recording }: Pick<Run, 'workload' | 'recording'>,
  sender: Sender,
  operation: Operation,
): Promise<void> {
  const n = recording.begin(sender.name, operation)
  const outcome = await asked(sender, operation).catch(outcomeOf)
  recording.end(n, outcome)
  workload.learn(operation, outcome)
}

async function asked(sender: Sender, operation: Operation): Promise<Outcome> {
  if (operation.kind === 'spawn') {
    await sender.spawn(operation.machine, { id: operation.id, input: operation.input })
    return { as: 'acknowledged' }
  }
  const { seq, duplicate } = await sender.send(operation.system, operation.event, operation.options)
  return { as: 'acknowledged', ...(seq !== undefined && { seq }), duplicate }
}

const UNCERTAIN = new Set(['send.unknown', 'runtime.died'])

// A refusal is a Rejection with a code of the runtime's; anything else says nothing about what happened.
function outcomeOf(error: unknown): Outcome {
  const { code, message, name } = error as { code?: string; message: string; name?: string }
  if (code !== undefined && name === 'Rejection' && !UNCERTAIN.has(code)) return { as: 'refused', code, message }
  return { as: 'unknown', why: `${code ?? name}: ${message}` }
}

/** What can be read of a runtime. */
export type Source = {
  history(id: string, page: { after: number; limit: number }): Promise<HistoryEntry[]>
  snapshot(id: string): Promise<ActorView>
  emitted(id: string, page: { after: number; limit: number }): Promise<Emitted[]>
}

const LIMIT = 1_000_000

/** The records of these systems, for the checker; without those that do not exist. */
export async function recordSystems(
  source: Source,
  systems: { id: string; machine: WorkloadMachine }[],
): Promise<SystemRecord[]> {
  const page = { after: 0, limit: LIMIT }
  const records: SystemRecord[] = []
  for (const { id, machine } of systems) {
    const history = await source.history(id, page).catch(noneIfUnknown)
    if (!history) continue
    const { value, context, status, seq } = await source.snapshot(id)
    records.push({
      id,
      machine,
      history: history.map((entry) => ({ ...plain(entry), at: entry.at.getTime() })),
      snapshot: { value, context, status, seq },
      emitted: (await source.emitted(id, page)).map(({ at: _, ...row }) => row),
    })
  }
  return records
}

function noneIfUnknown(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'system.not_found') throw error
}

const plain = ({ seq, address, event, value, context, status }: HistoryEntry) => ({
  seq,
  address,
  event,
  value,
  context,
  status,
})

/** The systems that a recording's spawns may have made. */
export function systemsOf(recording: Recording): { id: string; machine: WorkloadMachine }[] {
  const systems = new Map<string, WorkloadMachine>()
  for (const line of recording.lines)
    if (line.type === 'begun' && line.operation.kind === 'spawn') systems.set(line.operation.id, line.operation.machine)
  return [...systems].map(([id, machine]) => ({ id, machine }))
}
