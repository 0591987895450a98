import type { Sql } from '../connect.ts'

/** Every 64 hex digits, as SHA-256 is written, that rows of these systems hold: past, present and to come. */
export const mentionedHashes = (sql: Sql, systems: string[]) => sql<{ hash: string }[]>`
  select distinct (regexp_matches(text, '[0-9a-f]{64}', 'g'))[1] as hash from (
    select event::text || ' ' || delta::text as text from journal where system_id = any(${systems}::text[])
    union all select checkpoint::text from actor where system_id = any(${systems}::text[])
    union all select event::text from mailbox where system_id = any(${systems}::text[])
    union all select concat(input::text, ' ', result::text) from activity where system_id = any(${systems}::text[])
  ) rows`

/** Systems with an activity that runs or waits to. */
export const systemsAtWork = (sql: Sql) => sql<{ id: string }[]>`
  select distinct system_id as id from activity where status in ('queued', 'running')`
