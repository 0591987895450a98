import type { Sql } from '../../db/index.ts'
import type { Tables } from '../../runtime/testing/workload-recording.ts'

/** What the database holds of the systems whose ids begin with `prefix`. */
export async function readTables(sql: Sql, prefix: string): Promise<Tables> {
  const of = `${prefix}%`
  const systems = await sql`select id, seq, status, owner from system where id like ${of}`
  const journal = await sql`
    select system_id, seq, turn, incarnation, address, key from journal where system_id like ${of} order by system_id, seq`
  const mail = await sql`select system_id, id, kind, due from mailbox where system_id like ${of}`
  const activities = await sql`
    select system_id, incarnation, status, attempt, owner from activity where system_id like ${of}`
  const deadLetters = await sql`select system_id, id, reason, event from dead_letter where system_id like ${of}`
  const processes = await sql`select id, name from process where lease_until > clock_timestamp()`
  return { systems, journal, mail, activities, deadLetters, processes } as unknown as Tables
}

/** What still waits or runs. */
export async function restless(sql: Sql): Promise<{ mail: number; activities: number }> {
  const [row] = await sql<{ mail: number; activities: number }[]>`
    select (select count(*)::int from mailbox) as mail,
      (select count(*)::int from activity where status in ('queued', 'running')) as activities`
  return row as { mail: number; activities: number }
}
