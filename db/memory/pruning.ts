import type { Statement } from './statement.ts'

export const firstEntry: Statement<'firstEntry'> = (tables, id) => {
  const numbers = tables.shelf(id).journal.map(({ seq }) => seq)
  return numbers.length ? [{ seq: Math.min(...numbers) }] : []
}

export const prunableEntries: Statement<'prunableEntries'> = (tables, { id, before }) => {
  const { journal } = tables.shelf(id)
  const old = journal.filter(({ at }) => at <= before).map(({ seq }) => seq)
  if (!old.length) return []
  return [{ first: Math.min(...journal.map(({ seq }) => seq)), seq: Math.max(...old), bytes: 0 }]
}

export const pruneJournal: Statement<'pruneJournal'> = (tables, { id, seq, whole }) => {
  const shelf = tables.shelf(id)
  const kept = shelf.journal.find((entry) => entry.seq === seq)
  if (!kept) return [{ entries: 0 }]
  kept.delta = whole
  const before = shelf.journal.length
  for (const { key, seq: at } of shelf.journal) if (key !== null && at < seq) shelf.keys.delete(key)
  shelf.journal = shelf.journal.filter((entry) => entry.seq >= seq)
  shelf.emitted = shelf.emitted.filter((row) => row.seq >= seq)
  return [{ entries: before - shelf.journal.length }]
}
