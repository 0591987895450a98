import type { Statement } from './statement.ts'
import { keepCheckpoint } from './checkpoint.ts'
import { ordered, parsed, type SystemRow, type Tables } from './tables.ts'

export const claimSystems: Statement<'claimSystems'> = (tables, { process, now, limit }) => {
  const due = new Set<string>()
  for (const row of tables.allMail()) if (row.due <= now && !row.held) due.add(row.systemId)
  const active = ordered(due, (id) => id)
    .flatMap((id) => tables.systems.get(id) ?? [])
    .filter(({ status }) => status === 'active')
  const ours = active.filter(({ owner }) => owner === process)
  const free = active.filter(({ owner }) => owner !== process && !tables.lives(owner)).slice(0, limit)
  for (const row of free) row.owner = process
  return [...free, ...ours].map(({ id }) => ({ id }))
}

export const claimNamedSystems: Statement<'claimNamedSystems'> = (tables, { process, ids }) => {
  const wanted = ordered(new Set(ids), (id) => id).flatMap((id) => tables.systems.get(id) ?? [])
  const free = wanted.filter(({ status, owner }) => status === 'active' && (owner === process || !tables.lives(owner)))
  for (const row of free) row.owner = process
  return free.map(({ id }) => ({ id }))
}

export const loadSystems: Statement<'loadSystems'> = (tables, ids) =>
  ordered(new Set(ids), (id) => id).flatMap((id) => {
    const row = tables.systems.get(id)
    return row ? [stored(tables, row)] : []
  })

export const releaseSystems: Statement<'releaseSystems'> = (tables, process, releases) => {
  for (const { id, seq, rows, gone } of releases) {
    const system = tables.systems.get(id)
    if (system?.seq !== seq || system.owner !== process) continue
    Object.assign(system, { owner: null, checkpointSeq: seq })
    keepCheckpoint(tables, id, { rows, gone })
  }
  return []
}

export const systemHead: Statement<'systemHead'> = (tables, id) => {
  const row = tables.systems.get(id)
  if (!row) return []
  const { seq, status, machine, inputHash, reason } = row
  return [{ seq, status, machine, inputHash, reason: parsed(reason) }]
}

function stored(tables: Tables, row: SystemRow) {
  const { id, machine, version, definition, tenant, inputHash, seq, checkpointSeq, time, status, owner, reason } = row
  const { actors, journal, mailbox, projections } = tables.shelf(id)
  const timers = ordered(
    [...mailbox.values()].filter(({ kind }) => kind === 'timer'),
    ({ n }) => n,
  )
  return {
    ...{ id, machine, version, definition, tenant, inputHash, seq, checkpointSeq, time, status, owner },
    reason: parsed(reason),
    actors: orNull(
      [...actors.values()].map(({ incarnation, address, checkpoint }) => ({
        incarnation,
        address,
        checkpoint: parsed(checkpoint),
      })),
    ),
    entries: orNull(
      journal
        .filter((entry) => entry.seq > checkpointSeq)
        .map(({ seq, incarnation, address, value, delta }) => ({
          ...{ seq, incarnation, address },
          value: parsed(value),
          delta: parsed(delta),
        })),
    ),
    timers: orNull(
      timers.map(({ id, n, due, source, incarnation, sendId, event }) => ({
        ...{ id, n, due, source: source as string, incarnation: incarnation as string, send_id: sendId },
        event: parsed(event),
      })),
    ),
    projections: orNull(
      [...projections.values()].map(({ address, kind, key, data }) => ({ address, kind, key, data: parsed(data) })),
    ),
  }
}

// What `json_agg` makes of no rows.
const orNull = <Row>(rows: Row[]): Row[] | null => (rows.length ? rows : null)
