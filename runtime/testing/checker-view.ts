import type { WorkloadEvent } from './workload-machines.ts'
import type { Evidence, Line, Operation, Outcome, SystemRecord, Tables } from './workload-recording.ts'

/** What the guarantee does not allow. `rule` is `noun.problem`. */
export type Violation = { rule: string; sentence: string; system?: string; seq?: number }

export type Entry = SystemRecord['history'][number]

/** An operation with what became of it. `begun` and `ended` are places in the recording. */
export type Asked<O extends Operation = Operation> = {
  sender: string
  operation: O
  at: number
  begun: number
  ended: number
  outcome: Outcome
}
export type Sent = Asked<Extract<Operation, { kind: 'send' }>>

export type Spawn = Asked<Extract<Operation, { kind: 'spawn' }>>

/** All sends of one event to one system: one, or as often as its key was repeated. */
export type Intent = { system: string; to: string; event: WorkloadEvent; sends: Sent[]; deliveries: Entry[] }

export type View = {
  systems: Map<string, SystemRecord>
  spawns: Spawn[]
  /** The first spawn of each system that was acknowledged. */
  spawned: Map<string, Spawn>
  intents: Map<string, Intent>
  lines: Line[]
  letters: Map<string, Tables['deadLetters']>
  tables: Tables | undefined
  clockSlackMs: number | undefined
}

const FROM_OUTSIDE = new Set([
  'note',
  'arm',
  'disarm',
  'relay',
  'hire',
  'dismiss',
  'ask',
  'work',
  'drop',
  'nudge',
  'close',
])

/** An event that a client or another system sent, told by its type; `ask` makes a note for a clerk by itself. */
export const isWorkload = ({ event }: Entry): boolean => FROM_OUTSIDE.has(event.type as string)

export const intentName = (system: string, event: { id: string }) => `${system} ${event.id}`

const letterName = (system: string, { id, from }: { id?: string; from?: string }) => `${system} ${id} ${from ?? ''}`

/** Dead letters of that event to that system, from outside or from another system. */
export const lettersOf = ({ letters }: View, system: string, id: string, from?: string) =>
  letters.get(letterName(system, { id, from })) ?? []

export const isOver = (record: SystemRecord | undefined): boolean =>
  record !== undefined && record.snapshot.status !== 'active'

export const rootEntries = ({ history }: SystemRecord): Entry[] => history.filter(({ address }) => address === '')

export function viewOf({ lines, systems, tables, clockSlackMs }: Evidence): View {
  const asked = askedOf(lines)
  const spawns = asked.filter((each) => each.operation.kind === 'spawn') as Spawn[]
  const acknowledged = spawns.filter(({ outcome }) => outcome.as === 'acknowledged').reverse()
  const view: View = {
    systems: new Map(systems.map((record) => [record.id, record])),
    spawns,
    spawned: new Map(acknowledged.map((spawn) => [spawn.operation.id, spawn])),
    intents: new Map(),
    lines,
    letters: Map.groupBy(tables?.deadLetters ?? [], ({ systemId, event }) => letterName(systemId, event)),
    tables,
    clockSlackMs,
  }
  for (const sent of asked as Sent[]) if (sent.operation.kind === 'send') intend(view, sent)
  for (const record of systems) for (const entry of record.history) deliver(view, record, entry)
  return view
}

function askedOf(lines: Line[]): Asked[] {
  const asked = new Map<number, Asked>()
  for (const [place, line] of lines.entries()) {
    if (line.type === 'begun') {
      const outcome: Outcome = { as: 'unknown', why: 'no answer was seen' }
      const { sender, operation, at } = line
      asked.set(line.n, { sender, operation, at, begun: place, ended: Infinity, outcome })
    } else if (line.type === 'ended') {
      const open = asked.get(line.n)
      if (open) Object.assign(open, { ended: place, outcome: line.outcome })
    }
  }
  return [...asked.values()]
}

function intend({ intents }: View, sent: Sent) {
  const { system, event, options } = sent.operation
  const name = intentName(system, event)
  const intent = intents.get(name) ?? { system, to: options.to ?? '', event, sends: [], deliveries: [] }
  intent.sends.push(sent)
  intents.set(name, intent)
}

function deliver({ intents }: View, { id }: SystemRecord, entry: Entry) {
  if (!isWorkload(entry) || entry.event.from !== undefined) return
  const intent = intents.get(intentName(id, entry.event as { id: string }))
  if (intent && intent.event.type === entry.event.type) intent.deliveries.push(entry)
}
