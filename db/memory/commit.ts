import type { CommitAnswer, FinishedRow, MailRow, TurnRows } from '../queries/commit-turns.ts'
import type { Statement } from './statement.ts'
import { keepCheckpoint } from './checkpoint.ts'
import { mailRow, uniqueViolation, type ActivityState, type Shelf, type SystemRow, type Tables } from './tables.ts'

type Commit = { turn: string; owner: string | null; statusOf(system: string): SystemRow['status'] | undefined }

export const commitTurns: Statement<'commitTurns'> = (tables, turn, owner, turns) => {
  // Every part of the statement sees the tables as they were before it.
  const before = new Map([...tables.systems].map(([id, { status }]) => [id, status]))
  const commit = { turn, owner, statusOf: (system: string) => before.get(system) }
  const answers = turns.map((rows) => answerOf(tables, owner, rows))
  const committed = turns.filter((_, i) => answers[i]?.committed)
  for (const rows of committed) refuseRepeated(tables.shelf(rows.id), rows)
  refuseRepeatedMail(tables, committed, commit)
  for (const rows of committed) write(tables, commit, rows)
  for (const rows of committed) for (const row of rows.mail) post(tables, commit, row, rows.id)
  return answers
}

export const findTurns: Statement<'findTurns'> = (tables, turn, systems) =>
  systems.filter(({ id, base }) => entryAt(tables.shelf(id), (base ?? 0) + 1)?.turn === turn).map(({ id }) => ({ id }))

const entryAt = ({ journal }: Shelf, seq: number) => {
  const guess = journal[seq - 1]
  return guess?.seq === seq ? guess : journal.find((entry) => entry.seq === seq)
}

function answerOf(tables: Tables, owner: string | null, turn: TurnRows): CommitAnswer {
  const { id, base, took, entries, finished } = turn
  const { mailbox, keys, activities } = tables.shelf(id)
  const isCurrent = ({ incarnation, attempt }: FinishedRow) => {
    const row = activities.get(incarnation)
    return row?.status === 'running' && row.attempt === attempt && owner !== null && row.owner === owner
  }
  const processed = entries.some(({ key }) => key !== null && keys.has(key))
  const gone = took.some((mail) => !mailbox.has(mail))
  // The least of the names, where there are several.
  const refused = processed ? 'key' : gone ? 'mail' : finished.every(isCurrent) ? null : 'result'
  const system = tables.systems.get(id)
  if (base === null) return { id, committed: system === undefined, refused }
  const ours = owner !== null && system?.owner === owner && system.seq === base && system.status !== 'parked'
  return { id, committed: ours && refused === null, refused }
}

function refuseRepeated({ journal, activities }: Shelf, { entries, started }: TurnRows) {
  const numbers = new Set(journal.slice(-500).map(({ seq }) => seq))
  if (entries.some(({ seq }) => numbers.has(seq))) throw uniqueViolation('journal')
  const keys = entries.flatMap(({ key }) => key ?? [])
  if (new Set(keys).size < keys.length) throw uniqueViolation('journal')
  if (started.some(({ incarnation }) => activities.has(incarnation))) throw uniqueViolation('activity')
}

function refuseRepeatedMail(tables: Tables, turns: TurnRows[], commit: Commit) {
  const seen = new Set<string>()
  for (const { mail } of turns)
    for (const { system, id, kind } of mail) {
      const name = `${system}\u0001${id}`
      const accepted = kind === 'timer' || !['done', undefined].includes(commit.statusOf(system))
      if (accepted && (seen.has(name) || tables.shelf(system).mailbox.has(id))) throw uniqueViolation('mailbox')
      seen.add(name)
    }
}

function write(tables: Tables, { turn, owner }: Commit, rows: TurnRows) {
  const { id, base, entries, time, status, reason, machine, version, definition, tenant, inputHash, checkpoint } = rows
  const seq = (base ?? 0) + entries.length
  const known = tables.systems.get(id)
  const checkpointSeq = checkpoint ? seq : (known?.checkpointSeq ?? 0)
  const common = { seq, version, definition, turn, owner, status, time, reason, checkpointSeq }
  if (known) Object.assign(known, common)
  else tables.systems.set(id, { id, machine, tenant, inputHash, ...common })
  const shelf = tables.shelf(id)
  // As the tables were before: a copy of what was processed is no dead letter.
  const processed = new Set(shelf.keys.keys())
  const isProcessed = (key: string | null) => key !== null && processed.has(key)
  for (const entry of entries) {
    shelf.journal.push({ ...entry, turn, at: time })
    if (entry.key !== null) shelf.keys.set(entry.key, entry.seq)
  }
  for (const mail of [...rows.took, ...rows.cancelled]) shelf.mailbox.delete(mail)
  for (const row of rows.emitted) shelf.emitted.push({ ...row, at: time })
  for (const letter of rows.deadLetters)
    if (!shelf.deadLetters.has(letter.id) && !isProcessed(letter.key))
      shelf.deadLetters.set(letter.id, { ...letter, at: time })
  if (checkpoint) keepCheckpoint(tables, id, checkpoint)
  changeActivities(tables, rows)
  project(shelf, rows, seq)
}

function changeActivities(tables: Tables, rows: TurnRows) {
  const { id, stopped, started, finished, machine, version, time } = rows
  const { activities } = tables.shelf(id)
  for (const { incarnation, status, result } of finished)
    Object.assign(activities.get(incarnation) as ActivityState, { status, result, owner: null })
  for (const incarnation of stopped) {
    const row = activities.get(incarnation)
    if (row && (row.status === 'queued' || row.status === 'running'))
      Object.assign(row, { status: 'cancelled', owner: null })
  }
  for (const row of started) {
    const begun = row.owner !== null
    activities.set(row.incarnation, {
      ...row,
      ...{ systemId: id, machine, version, lost: 0, runAt: time, result: null },
      ...{ status: begun ? 'running' : 'queued', attempt: begun ? 1 : 0, heartbeatAt: begun ? tables.now() : null },
    })
  }
}

function project({ projections }: Shelf, rows: TurnRows, seq: number) {
  for (const { address, kind, key, data } of rows.projections) {
    const name = [address, kind, key].join('\u0001')
    if (data === null) projections.delete(name)
    else projections.set(name, { address, kind, key, data, seq })
  }
}

function post(tables: Tables, { statusOf }: Commit, row: MailRow, from: string) {
  const { system, id, kind, due, address, incarnation, source, sendId, event } = row
  const status = statusOf(system)
  if (kind === 'timer' || status === 'active' || status === 'parked') {
    const held = status === 'parked'
    const common = { id, kind, due, held, address, incarnation, source, sendId, event }
    tables.shelf(system).mailbox.set(id, mailRow({ ...common, systemId: system, n: tables.nextArrival() }))
    return
  }
  const reason = status === undefined ? 'system.not_found' : 'system.final'
  const { deadLetters } = tables.shelf(system)
  if (deadLetters.has(id)) throw uniqueViolation(`dead_letter of ${from}`)
  deadLetters.set(id, { id, at: due, address: address ?? '', reason, event, key: null })
}
