import type { Sql } from '../connect.ts'

/** What became of mail: still waiting, refused as a dead letter, or processed; `seq` is known where it bore a key. */
export const mailFates = (sql: Sql, mail: { system: string; id: string; key: string | null }) => sql<
  { waiting: boolean; refused: string | null; seq: number | null; parked: boolean }[]
>`
  select
    exists (select from mailbox m where m.system_id = ${mail.system} and (m.id = ${mail.id} or m.key = ${mail.key})) as waiting,
    (select d.reason from dead_letter d where d.system_id = ${mail.system} and (d.id = ${mail.id} or d.key = ${mail.key}) limit 1) as refused,
    exists (select from system s where s.id = ${mail.system} and s.status = 'parked') as parked,
    (select j.seq from journal j where j.system_id = ${mail.system} and j.key = ${mail.key}) as seq`

/** The entries that keys were processed in. */
export const entriesOfKeys = (sql: Sql, find: { system: string; keys: string[] }) => sql<
  { key: string; seq: number }[]
>`
  select key, seq from journal where system_id = ${find.system} and key = any(${find.keys}::text[])`

/** Removes mail that was a duplicate of something processed before. */
export const discardMail = (sql: Sql, mail: { system: string; ids: string[] }) => sql`
  delete from mailbox where system_id = ${mail.system} and id = any(${mail.ids}::uuid[])`

/** Whether something could be done now: due mail of a system that runs, or a queued activity that is due. */
export const unsettled = (sql: Sql, at: { now: number; id?: string }) => sql<{ mail: boolean; activity: boolean }[]>`
  select
    exists (select from mailbox m join system s on s.id = m.system_id
      where m.due <= ${at.now} and not m.held and s.status = 'active' ${at.id === undefined ? sql`` : sql`and m.system_id = ${at.id}`}) as mail,
    exists (select from activity where status = 'queued' and run_at <= ${at.now} ${at.id === undefined ? sql`` : sql`and system_id = ${at.id}`}) as activity`

/** When the next mail or timer falls due that is not due yet. */
export const nextDue = (sql: Sql, now: number) => sql<{ due: number | null }[]>`
  select min(due) as due from mailbox where due > ${now} and not held`

/** Systems with activities that are due and nobody runs, where no process has a valid lease that could. */
export const workWithoutHost = (sql: Sql) => sql<{ systems: number }[]>`
  select count(distinct a.system_id)::int as systems from activity a
  where (a.status = 'queued' and a.run_at <= extract(epoch from clock_timestamp()) * 1000 or a.status = 'running')
    and not exists (select from process p where p.lease_until > clock_timestamp())`
