import type { Sql } from '../connect.ts'

export type ParkedSystem = { id: string; machine: string; reason: { code: string; message: string } }

/** Stops a system until a person acts. Its mail is kept and held, so that nobody polls for it. */
export const parkSystem = (sql: Sql, park: { id: string; process: string; reason: string }) => sql`
  with parked as (
    update system set status = 'parked', reason = ${park.reason}::text::json, owner = null
    where id = ${park.id} and status = 'active' and owner = ${park.process} returning id
  )
  update mailbox m set held = true from parked where m.system_id = parked.id and not m.held`

/** Mail of systems that were parked by the commit of a turn: nobody is to poll for it. */
export const holdMail = (sql: Sql, ids: string[]) => sql`
  update mailbox m set held = true from system s
  where s.id = m.system_id and s.status = 'parked' and not m.held and s.id = any(${ids}::text[])`

/**
 * Lets a system go on with the mail that was kept. The event at which its root failed comes first, once more.
 * JSON is compared as the text we wrote: Postgres refuses to take a document apart that holds \u0000 or a lone surrogate.
 */
export const unparkSystem = (sql: Sql, id: string) => sql<{ id: string }[]>`
  with parked as materialized (
    select id, time, starts_with(reason::text, '{"code":"machine.failed",') as failed from system where id = ${id} and status = 'parked' for update
  ), freed as (
    update system s set status = 'active', reason = null, owner = null from parked where s.id = parked.id returning s.id
  ), moved as (
    update mailbox m set held = false from parked where m.system_id = parked.id and m.held
  ), again as (
    insert into mailbox (system_id, id, n, kind, due, address, event) overriding system value
    select p.id, gen_random_uuid(), coalesce((select min(m.n) from mailbox m where m.system_id = p.id), 0) - 1, 'mail', p.time, '', j.event
    from parked p cross join lateral (
      select event from journal where system_id = p.id and address = '' order by seq desc limit 1
    ) j where p.failed and not starts_with(j.event::text, '{"type":"xstate.init"')
  )
  select id from freed`

export const listParked = (sql: Sql) => sql<ParkedSystem[]>`
  select id, machine, reason from system where status = 'parked' order by id`

/** Mail that was held while its system was being let go on, and would wait for another event. */
export const freeHeldMail = (sql: Sql) => sql`
  update mailbox m set held = false from system s where m.held and s.id = m.system_id and s.status = 'active'`

/** Mail that reached a system just before it ended: nobody will take it. A copy of what was processed is no dead letter. */
export const buryFinalMail = (sql: Sql, now: number) => sql`
  with late as (
    delete from mailbox m using system s
    where s.id = m.system_id and s.status = 'done' and m.due <= ${now} and not m.held
    returning m.system_id, m.id, m.due, coalesce(m.address, '') as address, m.event, m.key, m.kind
  )
  insert into dead_letter (system_id, id, at, address, reason, event, key)
  select system_id, id, due, address, 'system.final', event, key from late l where kind = 'mail' and not exists (select from journal j where j.system_id = l.system_id and j.key = l.key)
  on conflict do nothing`
