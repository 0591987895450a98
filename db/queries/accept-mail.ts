import type { Sql } from '../connect.ts'
import { columns } from './columns.ts'

export type AcceptedMail = {
  id: string
  system: string
  at: number
  due: number
  address: string
  event: string
  key: string | null
}

/**
 * `inserted` false with a `status`: a duplicate; `seq` is the entry of the first one if it was processed, else it is still waiting.
 * `status` null: no such system. `owner`: the living process that owns the system.
 */
export type Acceptance = {
  id: string
  inserted: boolean
  status: 'active' | 'done' | 'parked' | null
  owner: string | null
  seq: number | null
}

/**
 * Puts events from outside into mailboxes, each durable once this returns. A statement that was repeated, as its connection was
 * lost, may still happen later: what has become a dead letter meanwhile is not delivered after all.
 * Inserted by key, as unsorted accepts deadlock; numbered as they came.
 */
export const acceptMail = (sql: Sql, mail: AcceptedMail[]) => sql<Acceptance[]>`
  with mail as materialized (
    select x.*, s.status, j.seq from ${columns(
      sql,
      mail.map(({ id, system, ...row }) => ({ ...row, id: system, mail: id })),
      (row) => [row],
      { mail: 'uuid', due: 'bigint', address: 'text', event: 'text', key: 'text' },
    )}
    left join system s on s.id = x.id
    left join journal j on j.system_id = x.id and j.key = x.key
  ), numbered as materialized (
    select *, nextval(pg_get_serial_sequence('mailbox', 'n')) as arrival from (
      select * from mail where status in ('active', 'parked') and seq is null
        and not exists (select from dead_letter d where d.system_id = mail.id and d.id = mail.mail) order by n
    ) in_order
  ), inserted as (
    insert into mailbox (system_id, id, n, kind, due, held, address, event, key) overriding system value
    select id, mail, arrival, 'mail', due, status = 'parked', address, event::json, key from numbered order by id, key nulls first, n
    on conflict do nothing returning id
  )
  select m.mail as id, i.id is not null as inserted, m.status, m.seq, (
    select p.id from system s join process p on p.id = s.owner where s.id = m.id and p.lease_until > clock_timestamp()
  ) as owner
  from mail m left join inserted i on i.id = m.mail`
