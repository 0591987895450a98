import type { Sql } from '../connect.ts'

export type JournalRow = {
  seq: number
  at: number
  incarnation: string
  address: string
  event: any
  value: any
  delta: any
  turn: string
}
export type EmittedRow = { seq: number; n: number; at: number; address: string; event: any }

/** Entries after `after` in order; `key` and microsteps are left out. */
export const readJournal = (sql: Sql, read: { id: string; after: number; limit: number }) => sql<JournalRow[]>`
  select seq, at, incarnation, address, event, value, delta, turn from journal
  where system_id = ${read.id} and seq > ${read.after} order by seq limit ${read.limit}`

export type TrailRow = { seq: number; at: number; address: string; event: any; value: any; microsteps: any }

/** Entries after `after` in order, of the actor at `address` or of all, with what each led through. */
export const readTrail = (sql: Sql, read: { id: string; address: string | null; after: number; limit: number }) => sql<
  TrailRow[]
>`
  select seq, at, address, event, value, microsteps from journal
  where system_id = ${read.id} and seq > ${read.after} and (${read.address}::text is null or address = ${read.address})
  order by seq limit ${read.limit}`

/** The last checkpoint: all actors as they were after entry `seq`. */
export const readCheckpoint = (sql: Sql, id: string) =>
  sql<{ seq: number; actors: { incarnation: string; address: string; checkpoint: any }[] | null }[]>`
  select s.checkpoint_seq as seq,
    (select json_agg(json_build_object('incarnation', a.incarnation, 'address', a.address, 'checkpoint', a.checkpoint))
      from actor a where a.system_id = s.id) as actors
  from system s where s.id = ${id}`

/** Emitted events after entry `after`. The last entry is never cut, so its number is a safe cursor. */
export const readEmitted = (sql: Sql, read: { id: string; after: number; limit: number }) => sql<EmittedRow[]>`
  select seq, n, at, address, event from emitted
  where system_id = ${read.id} and seq > ${read.after}
    and seq <= coalesce((
      select seq from emitted where system_id = ${read.id} and seq > ${read.after} order by seq, n offset ${read.limit - 1} limit 1
    ), 9223372036854775807)
  order by seq, n`

export const systemHead = (sql: Sql, id: string) =>
  sql<
    {
      seq: number
      status: 'active' | 'done' | 'parked'
      machine: string
      inputHash: string
      reason: { code: string; message: string } | null
    }[]
  >`select seq, status, machine, input_hash, reason from system where id = ${id}`
