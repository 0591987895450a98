import type { Sql } from '../connect.ts'

/** A process that starts under the name of another takes its place: what that one owned has no living owner then. */
export const registerProcess = (sql: Sql, process: { id: string; name: string; leaseMs: number }) => sql`
  insert into process (id, name, lease_until)
  values (${process.id}, ${process.name}, clock_timestamp() + ${process.leaseMs} * interval '1 ms')
  on conflict (name) do update set id = excluded.id, lease_until = excluded.lease_until`

/**
 * No row: another process took the name. `lived`: the lease had not run out, so nobody has taken anything over. The time is
 * the database's, never the injected clock's.
 */
export const renewLease = (sql: Sql, process: { id: string; leaseMs: number }) => sql<{ id: string; lived: boolean }[]>`
  with mine as materialized (
    select id, lease_until > clock_timestamp() as lived from process where id = ${process.id} for update
  )
  update process p set lease_until = clock_timestamp() + ${process.leaseMs} * interval '1 ms'
  from mine m where p.id = m.id returning p.id, m.lived`

export const removeProcess = (sql: Sql, id: string) => sql`delete from process where id = ${id}`

/** Names of those that live, without the one that asks. */
export const findPeers = (sql: Sql, id: string) => sql<{ name: string }[]>`
  select name from process where lease_until > clock_timestamp() and id <> ${id} order by name`

/** Processes that died long ago and were not replaced. */
export const removeDeadProcesses = (sql: Sql) => sql`
  delete from process where lease_until < clock_timestamp() - interval '1 hour'`

export const databaseTime = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ ms: string }[]>`select extract(epoch from clock_timestamp()) * 1000 as ms`
  return Number(row?.ms)
}
