import type { Sql } from '../connect.ts'
import { columns } from './columns.ts'

export type Release = {
  id: string
  seq: number
  rows: { incarnation: string; address: string; state: string }[]
  gone: string[]
}

/** Gives systems up that left memory, with a checkpoint as of `seq`. One that has moved on meanwhile is left alone. */
export const releaseSystems = (sql: Sql, process: string, releases: Release[]) => sql`
  with release as materialized (
    select x.id, x.seq from ${columns(sql, releases, (release) => [{ seq: release.seq }], { seq: 'bigint' })}
  ), locked as materialized (
    select s.id from system s join release r using (id) where s.seq = r.seq and s.owner = ${process} order by s.id for no key update of s
  ), released as materialized (
    update system s set owner = null, checkpoint_seq = r.seq from release r join locked using (id) where s.id = r.id returning s.id
  ), kept as (
    insert into actor (system_id, incarnation, address, checkpoint)
    select x.id, x.incarnation, x.address, x.state::json
    from ${columns(sql, releases, (release) => release.rows, { incarnation: 'text', address: 'text', state: 'text' })} join released using (id)
    on conflict (system_id, incarnation) do update set checkpoint = excluded.checkpoint
  )
  delete from actor a
  using ${columns(sql, releases, (release) => release.gone.map((incarnation) => ({ incarnation })), { incarnation: 'text' })} join released using (id)
  where a.system_id = x.id and a.incarnation = x.incarnation`
