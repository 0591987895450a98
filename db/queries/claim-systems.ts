import type { Sql } from '../connect.ts'

/**
 * Systems with due mail that no living process owns become ours; those that are ours already are named too, each looked up by
 * its key: as a join, few owners being expected, every due system was compared with every own one.
 */
export const claimSystems = (sql: Sql, claim: { process: string; now: number; limit: number }) => sql<{ id: string }[]>`
  with due as materialized (
    select distinct m.system_id as id from mailbox m where m.due <= ${claim.now} and not m.held
  ), free as materialized (
    select s.id from system s join due using (id)
    where s.status = 'active' and s.owner is distinct from ${claim.process}
      and not exists (select from process p where p.id = s.owner and p.lease_until > clock_timestamp())
    order by s.id limit ${claim.limit} for no key update of s skip locked
  ), claimed as (
    update system s set owner = ${claim.process} from free where s.id = free.id returning s.id
  )
  select id from claimed
  union all select id from due where (select s.owner = ${claim.process} and s.status = 'active' from system s where s.id = due.id)`

/** The same for named systems, whether or not they have mail. Returns those that are ours now. */
export const claimNamedSystems = (sql: Sql, claim: { process: string; ids: string[] }) => sql<{ id: string }[]>`
  with free as materialized (
    select s.id from system s
    where s.id = any(${claim.ids}::text[]) and s.status = 'active'
      and (s.owner = ${claim.process}
        or not exists (select from process p where p.id = s.owner and p.lease_until > clock_timestamp()))
    order by s.id for no key update of s
  )
  update system s set owner = ${claim.process} from free where s.id = free.id returning s.id`
