import type { Sql } from '../connect.ts'

/** The first entry that is kept. A system without one does not exist. */
export const firstEntry = (sql: Sql, id: string) => sql<{ seq: number }[]>`
  select seq from journal where system_id = ${id} order by seq limit 1`

export type Prunable = { first: number; seq: number; bytes: number }

/** The last entry that is not later than `before` (the runtime's clock), the first one, and what lies between weighs. */
export const prunableEntries = (sql: Sql, asked: { id: string; before: number }) => sql<Prunable[]>`
  with last as materialized (
    select seq from journal where system_id = ${asked.id} and at <= ${asked.before} order by seq desc limit 1
  )
  select l.seq, (select min(j.seq) from journal j where j.system_id = ${asked.id}) as first,
    (select coalesce(sum(pg_column_size(j.*)), 0)::float8 from journal j where j.system_id = ${asked.id} and j.seq < l.seq) as bytes
  from last l`

/**
 * Takes away all entries before `seq`, and what they emitted; the entry itself then holds the whole state it led to. Nothing
 * happens when that entry is gone already: somebody else has pruned further.
 */
export const pruneJournal = (sql: Sql, cut: { id: string; seq: number; whole: string }) => sql<{ entries: number }[]>`
  with kept as (
    update journal set delta = ${cut.whole}::text::json where system_id = ${cut.id} and seq = ${cut.seq} returning system_id, seq
  ), emissions as (
    delete from emitted e using kept k where e.system_id = k.system_id and e.seq < k.seq
  ), gone as (
    delete from journal j using kept k where j.system_id = k.system_id and j.seq < k.seq returning 1
  )
  select count(*)::int as entries from gone`
