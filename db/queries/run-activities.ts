import type { Sql } from '../connect.ts'
import { columns } from './columns.ts'

export type ActivityAttempt = {
  systemId: string
  incarnation: string
  machine: string
  version: string
  src: string
  input: any
  attempt: number
  lost: number
}

/** Starts attempts of queued activities; each is started by one process only. */
export const startActivities = (sql: Sql, start: { process: string; now: number; limit: number }) => sql<
  ActivityAttempt[]
>`
  with queued as materialized (
    select system_id, incarnation from activity
    where status = 'queued' and run_at <= ${start.now}
    order by run_at limit ${start.limit} for no key update skip locked
  )
  update activity a set status = 'running', attempt = a.attempt + 1, owner = ${start.process}, heartbeat_at = clock_timestamp()
  from queued q where a.system_id = q.system_id and a.incarnation = q.incarnation
  returning a.system_id, a.incarnation, a.machine, a.version, a.src, a.input, a.attempt, a.lost`

export type AttemptKey = { systemId: string; incarnation: string; attempt: number }

/** The end of an attempt and the mail that tells the system are one statement; no row: the attempt is not the current one. */
export const finishActivity = (
  sql: Sql,
  attempt: AttemptKey,
  end: { status: 'done' | 'failed'; result: string; mail: string; event: string; now: number },
) => sql<{ owner: string | null }[]>`
  with ended as (
    update activity set status = ${end.status}, result = ${end.result}::text::json, owner = null
    where system_id = ${attempt.systemId} and incarnation = ${attempt.incarnation} and attempt = ${attempt.attempt} and status = 'running'
    returning system_id, incarnation
  ), told as (
    insert into mailbox (system_id, id, kind, due, held, incarnation, event)
    select e.system_id, ${end.mail}, 'result', ${end.now}, s.status = 'parked', e.incarnation, ${end.event}::text::json
    from ended e join system s on s.id = e.system_id
  )
  select s.owner from ended e join system s on s.id = e.system_id`

/** `report`: an event for the actor at `address`, or registered as `systemId`, or (neither) for whoever invoked the activity. */
export type ActivityReport = {
  mail: string
  kind: 'report' | 'emission'
  address: string | null
  systemId: string | null
  event: string
  now: number
}

/** Something an attempt tells its system while it runs, if it is still the current one. */
export const reportActivity = (sql: Sql, attempt: AttemptKey, report: ActivityReport) => sql<
  { owner: string | null }[]
>`
  with current as (
    update activity set heartbeat_at = clock_timestamp()
    where system_id = ${attempt.systemId} and incarnation = ${attempt.incarnation} and attempt = ${attempt.attempt} and status = 'running'
    returning system_id, incarnation
  ), told as (
    insert into mailbox (system_id, id, kind, due, held, incarnation, address, send_id, event)
    select c.system_id, ${report.mail}, ${report.kind}, ${report.now}, s.status = 'parked', c.incarnation,
      ${report.address}, ${report.systemId}, ${report.event}::text::json
    from current c join system s on s.id = c.system_id
  )
  select s.owner from current c join system s on s.id = c.system_id`

/** Which of these attempts are still the current ones. Doubles as their heartbeat. */
export const confirmAttempts = (sql: Sql, process: string, attempts: AttemptKey[]) => sql<AttemptKey[]>`
  with mine as materialized (
    select x.id, x.incarnation, x.attempt from ${columns(
      sql,
      attempts.map(({ systemId, ...row }) => ({ ...row, id: systemId })),
      (row) => [row],
      { incarnation: 'text', attempt: 'int' },
    )} order by x.id, x.incarnation
  )
  update activity a set heartbeat_at = clock_timestamp() from mine
  where a.system_id = mine.id and a.incarnation = mine.incarnation and a.attempt = mine.attempt and a.status = 'running' and a.owner = ${process}
  returning a.system_id, a.incarnation, a.attempt`

/** Puts an attempt back, to be started again at `runAt`: after a failure that may be repeated, or when its process closes. */
export const requeueActivity = (sql: Sql, attempt: AttemptKey, again: { runAt: number; lost: number }) => sql<
  { status: string }[]
>`
  update activity set status = 'queued', run_at = ${again.runAt}, owner = null, lost = lost + ${again.lost}
  where system_id = ${attempt.systemId} and incarnation = ${attempt.incarnation} and attempt = ${attempt.attempt} and status = 'running'
  returning status`

/** Attempts whose process died are queued again; their number tells a repeating crash. */
export const requeueLostActivities = (sql: Sql, now: number) => sql<{ systemId: string }[]>`
  with lost as materialized (
    select a.system_id, a.incarnation from activity a
    where a.status = 'running'
      and not exists (select from process p where p.id = a.owner and p.lease_until > clock_timestamp())
    order by a.system_id, a.incarnation for no key update of a skip locked
  )
  update activity a set status = 'queued', run_at = ${now}, owner = null, lost = a.lost + 1
  from lost where a.system_id = lost.system_id and a.incarnation = lost.incarnation
  returning a.system_id`

/** Attempts of this process other than those it knows of are queued again. */
export const requeueForgottenActivities = (
  sql: Sql,
  { process, known, now }: { process: string; known: AttemptKey[]; now: number },
) => sql`
  update activity a set status = 'queued', run_at = ${now}, owner = null, lost = a.lost + 1
  where a.status = 'running' and a.owner = ${process} and not exists (
    select from ${columns(
      sql,
      known.map(({ systemId, incarnation }) => ({ id: systemId, incarnation })),
      ({ incarnation }) => [{ incarnation }],
      { incarnation: 'text' },
    )} where x.id = a.system_id and x.incarnation = a.incarnation
  )`

export const nextActivityAt = (sql: Sql, now: number) => sql<{ at: number | null }[]>`
  select min(run_at) as at from activity where status = 'queued' and run_at > ${now}`
