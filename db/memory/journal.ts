import type { Statement } from './statement.ts'
import { ordered, parsed, type Tables } from './tables.ts'

export const readJournal: Statement<'readJournal'> = (tables, { id, after, limit }) =>
  entries(tables, id, after)
    .slice(0, limit)
    .map(({ seq, at, incarnation, address, event, value, delta, turn }) => ({
      ...{ seq, at, incarnation, address, turn },
      ...{ event: parsed(event), value: parsed(value), delta: parsed(delta) },
    }))

export const readTrail: Statement<'readTrail'> = (tables, { id, address: wanted, after, limit }) =>
  entries(tables, id, after)
    .filter(({ address }) => wanted === null || address === wanted)
    .slice(0, limit)
    .map(({ seq, at, address, event, value, microsteps }) => ({
      ...{ seq, at, address },
      ...{ event: parsed(event), value: parsed(value), microsteps: parsed(microsteps) },
    }))

export const readCheckpoint: Statement<'readCheckpoint'> = (tables, id) => {
  const system = tables.systems.get(id)
  if (!system) return []
  const actors = [...tables.shelf(id).actors.values()].map(({ checkpoint, ...row }) => ({
    ...row,
    checkpoint: parsed(checkpoint),
  }))
  return [{ seq: system.checkpointSeq, actors: actors.length ? actors : null }]
}

export const readEmitted: Statement<'readEmitted'> = (tables, { id, after, limit }) => {
  const rows = tables.shelf(id).emitted.filter(({ seq }) => seq > after)
  const inOrder = rows.sort((a, b) => a.seq - b.seq || a.n - b.n)
  const last = inOrder[limit - 1]?.seq ?? Infinity
  return inOrder.filter(({ seq }) => seq <= last).map((row) => ({ ...row, event: parsed(row.event) }))
}

export const listProjections: Statement<'listProjections'> = (tables, { kind, key, systemId, after, limit }) => {
  const [afterSystem, ...address] = after?.split('/') ?? []
  const rows = [...tables.shelves].flatMap(([id, { projections }]) =>
    [...projections.values()].map((row) => ({ systemId: id, ...row, data: parsed(row.data) as unknown })),
  )
  const isNext = (row: { systemId: string; address: string }) =>
    afterSystem === undefined ||
    row.systemId < afterSystem ||
    (address.length > 0 && row.systemId === afterSystem && row.address > address.join('/'))
  const wanted = rows
    .filter((row) => row.kind === kind && (key === undefined || row.key === key))
    .filter((row) => (systemId === undefined || row.systemId === systemId) && isNext(row))
  const inOrder = ordered(wanted, ({ key }) => key).sort((a, b) => placeOrder(a, b))
  const last = inOrder[limit - 1]
  return last ? inOrder.filter((row) => placeOrder(row, last) <= 0) : inOrder
}

const entries = (tables: Tables, id: string, after: number) =>
  ordered(
    tables.shelf(id).journal.filter(({ seq }) => seq > after),
    ({ seq }) => seq,
  )

type Place = { systemId: string; address: string }
// Newest system first.
const placeOrder = (a: Place, b: Place): number => {
  if (a.systemId !== b.systemId) return a.systemId > b.systemId ? -1 : 1
  return a.address === b.address ? 0 : a.address < b.address ? -1 : 1
}
