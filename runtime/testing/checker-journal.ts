import { isDeepStrictEqual } from 'node:util'
import { rootEntries, type View, type Violation } from './checker-view.ts'
import type { SystemRecord, Tables } from './workload-recording.ts'

/** Journals have no gap, each number was won by one turn, time never falls, and what is read is what was written last. */
export const checkJournals = (view: View): Violation[] => [
  ...[...view.systems.values()].flatMap((record) => [...checkNumbers(record), ...checkSnapshot(record)]),
  ...(view.tables ? [...checkRows(view, view.tables), ...checkCommits(view.tables)] : []),
]

function checkNumbers({ id: system, history }: SystemRecord): Violation[] {
  const found: Violation[] = []
  let over = false
  for (const [i, { seq, at, address, status, event }] of history.entries()) {
    const before = history[i - 1]
    if (seq !== (before?.seq ?? 0) + 1)
      found.push({
        rule: 'journal.gap',
        system,
        seq,
        sentence: `entry ${seq} of ${system} follows ${before?.seq ?? 'none'}`,
      })
    if (before && at < before.at)
      found.push({
        rule: 'time.fell',
        system,
        seq,
        sentence: `entry ${seq} of ${system} is earlier than the one before it`,
      })
    if (address !== '') continue
    if (over)
      found.push({ rule: 'system.ran_on', system, seq, sentence: `${system} had ended and was given ${event.type}` })
    over = status !== 'active'
  }
  return found
}

function checkSnapshot(record: SystemRecord): Violation[] {
  const { id: system, history, snapshot } = record
  const last = rootEntries(record).at(-1)
  const same =
    last !== undefined &&
    snapshot.seq === history.at(-1)?.seq &&
    isDeepStrictEqual([last.value, last.context, last.status], [snapshot.value, snapshot.context, snapshot.status])
  return same ? [] : [{ rule: 'snapshot.untrue', system, sentence: `the snapshot of ${system} is not its last entry` }]
}

function checkRows(view: View, { systems, journal }: Tables): Violation[] {
  const found: Violation[] = []
  const rows = Map.groupBy(journal, ({ systemId }) => systemId)
  for (const { id, seq, status } of systems) {
    if (status === 'parked') found.push({ rule: 'system.parked', system: id, sentence: `${id} is parked` })
    const last = view.systems.get(id)?.history.at(-1)?.seq
    if (last !== undefined && last !== seq)
      found.push({ rule: 'journal.unfinished', system: id, sentence: `${id} is at ${seq}, its journal at ${last}` })
  }
  for (const [system, entries] of rows) found.push(...checkTurns(system, entries), ...checkKeys(system, entries))
  return found
}

/** The entries of a turn stand together: no other turn won a number between them. */
function checkTurns(system: string, entries: Tables['journal']): Violation[] {
  const closed = new Set<string>()
  let turn: string | undefined
  let lastSeq = 0
  const found: Violation[] = []
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) {
    const { seq } = entry
    if (seq === lastSeq)
      found.push({ rule: 'seq.won_twice', system, seq, sentence: `entry ${seq} of ${system} was written twice` })
    if (entry.turn !== turn && closed.has(entry.turn))
      found.push({
        rule: 'turn.torn',
        system,
        seq,
        sentence: `another turn stands within turn ${entry.turn} of ${system}`,
      })
    if (turn !== undefined && entry.turn !== turn) closed.add(turn)
    turn = entry.turn
    lastSeq = seq
  }
  return found
}

function checkKeys(system: string, entries: Tables['journal']): Violation[] {
  const seen = new Set<string>()
  return entries.flatMap(({ key, seq }) => {
    if (key === null) return []
    if (seen.has(key))
      return [{ rule: 'key.processed_twice', system, seq, sentence: `${system} processed key ${key} twice` }]
    seen.add(key)
    return []
  })
}

/** A number that a commit began with is won once. */
function checkCommits({ commits = [] }: Tables): Violation[] {
  const winners = new Map<string, string>()
  return commits.flatMap(({ systemId: system, base, turn }) => {
    const place = `${system} ${base}`
    const winner = winners.get(place)
    winners.set(place, turn)
    if (winner === undefined || winner === turn) return []
    const sentence = `turns ${winner} and ${turn} of ${system} were both committed after entry ${base}`
    return [{ rule: 'seq.won_twice', system, seq: base, sentence }]
  })
}
