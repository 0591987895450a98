import type { Sql } from '../connect.ts'
import { columns } from './columns.ts'

/** The rows one turn of one system writes. JSON fields are texts. `base` null: the turn creates the system. */
export type TurnRows = {
  id: string
  base: number | null
  entries: EntryRow[]
  machine: string
  version: string
  definition: string
  tenant: string
  inputHash: string
  time: number
  status: 'active' | 'done' | 'parked'
  reason: string | null
  took: string[]
  cancelled: string[]
  mail: MailRow[]
  started: ActivityRow[]
  finished: FinishedRow[]
  stopped: string[]
  emitted: { seq: number; n: number; address: string; event: string }[]
  deadLetters: { id: string; address: string; reason: string; event: string; key: string | null }[]
  checkpoint: { rows: { incarnation: string; address: string; state: string }[]; gone: string[] } | null
  projections: { address: string; kind: string; key: string; data: string | null }[]
}

export type EntryRow = {
  seq: number
  incarnation: string
  address: string
  event: string
  value: string | null
  delta: string
  microsteps: string | null
  key: string | null
}

/** A timer of the system itself, or an event for another one. */
export type MailRow = {
  system: string
  id: string
  kind: 'mail' | 'timer'
  due: number
  address: string | null
  incarnation: string | null
  source: string | null
  sendId: string | null
  event: string
}

/** `owner`: the process that runs its first attempt, which begins with this commit; null: it is queued. */
export type ActivityRow = {
  incarnation: string
  address: string
  src: string
  input: string
  heartbeatMs: number | null
  owner: string | null
}

/** How an attempt of this process ended, where the turn has taken its result from memory. */
export type FinishedRow = { incarnation: string; attempt: number; status: 'done' | 'failed'; result: string }

/**
 * `refused`: mail of the turn is gone, a key of it is already in the journal, or an attempt whose result it took is not the
 * current one. None of these: the turn is stale.
 */
export type CommitAnswer = { id: string; committed: boolean; refused: 'mail' | 'key' | 'result' | null }

/**
 * Commits the turns of many systems, each once, all or nothing per system.
 *
 * All waits happen in `locked`, in id order, so batches cannot deadlock. `seq = base` is the fence. A turn of a system that
 * another process has taken over is stale as well: the new owner answers reads out of its memory.
 * Parts that no turn of the batch needs are left out of the statement: planning the whole of it costs more than running it.
 */
export async function commitTurns(
  sql: Sql,
  turn: string,
  owner: string | null,
  turns: TurnRows[],
): Promise<CommitAnswer[]> {
  const has = (rows: (turn: TurnRows) => { length: number } | null) => turns.some((each) => rows(each)?.length)
  const taking = has((each) => each.took)
  const creating = turns.some((each) => each.base === null)
  const keyed = turns.some((each) => each.entries.some(({ key }) => key !== null))
  const finishing = has((each) => each.finished)
  return sql<CommitAnswer[]>`
    with ${turnCte(sql, turns)}, ${entryCte(sql, turns)}
    ${taking ? sql`, took as materialized (select * from ${columns(sql, turns, (t) => t.took.map((mail) => ({ mail })), { mail: 'uuid' })})` : sql``}
    ${finishing ? finishedCte(sql, turns) : sql``}
    , refused (id, why) as materialized (
      select null::text, null::text where false
      ${taking ? sql`union all select k.id, 'mail' from took k where (select true from mailbox m where m.system_id = k.id and m.id = k.mail) is null` : sql``}
      ${finishing ? sql`union all select f.id, 'result' from finished f where not exists (select from activity a where a.system_id = f.id and a.incarnation = f.incarnation and a.attempt = f.attempt and a.status = 'running' and a.owner = ${owner})` : sql``}
      ${keyed ? sql`union all select e.id, 'key' from entry e where e.key is not null and (select true from journal j where j.system_id = e.id and j.key = e.key)` : sql``}
    ), locked as materialized (
      select l.id from (select id, base from turn where base is not null and id not in (select r.id from refused r) order by id) t
      cross join lateral (
        select s.id from system s where s.id = t.id and s.seq = t.base and s.owner = ${owner} and s.status <> 'parked'
        for no key update of s
      ) l
    ), updated as materialized (
      update system s set seq = t.base + t.entries, version = t.version, definition = t.definition, turn = ${turn}, owner = ${owner}, status = t.status, time = t.time,
        reason = t.reason::json, checkpoint_seq = case when t.checkpoint = 1 then t.base + t.entries else s.checkpoint_seq end
      from turn t join locked using (id) where s.id = t.id and s.seq = t.base returning s.id
    )
    ${creating ? createdCte(sql, turn, owner) : sql``}
    , committed as materialized (select id from updated ${creating ? sql`union all select id from created` : sql``})
    , journalled as (
      insert into journal (system_id, seq, turn, incarnation, address, at, event, value, delta, microsteps, key)
      select e.id, e.seq, ${turn}, e.incarnation, e.address, t.time, e.event::json, e.value::json, e.delta::json, e.microsteps::json, e.key
      from entry e join committed using (id) join turn t using (id)
    )
    ${taking ? sql`, consumed as (delete from mailbox m using took k join committed using (id) where m.system_id = k.id and m.id = k.mail)` : sql``}
    ${has((t) => t.cancelled) ? cancelledCte(sql, turns) : sql``}
    ${has((t) => t.mail) ? mailCte(sql, turns) : sql``}
    ${has((t) => t.started) ? startedCte(sql, turns) : sql``}
    ${finishing ? sql`, concluded as (update activity a set status = f.status, result = f.result::json, owner = null from finished f join committed using (id) where a.system_id = f.id and a.incarnation = f.incarnation)` : sql``}
    ${has((t) => t.stopped) ? stoppedCte(sql, turns) : sql``}
    ${has((t) => t.emitted) ? emittedCte(sql, turns) : sql``}
    ${has((t) => t.deadLetters) ? deadLetterCte(sql, turns) : sql``}
    ${turns.some((t) => t.checkpoint) ? checkpointCte(sql, turns) : sql``}
    ${has((t) => t.projections) ? projectionCte(sql, turns) : sql``}
    select t.id, c.id is not null as committed, (select min(why) from refused r where r.id = t.id) as refused
    from turn t left join committed c using (id)`
}

const scalars = ({ base, machine, version, definition, tenant, inputHash, time, status, reason }: TurnRows) => ({
  base,
  machine,
  version,
  definition,
  tenant,
  inputHash,
  time,
  status,
  reason,
})

const turnCte = (sql: Sql, turns: TurnRows[]) =>
  sql`turn as materialized (select * from ${columns(
    sql,
    turns,
    (t) => [{ ...scalars(t), entries: t.entries.length, checkpoint: t.checkpoint ? 1 : 0 }],
    {
      base: 'bigint',
      entries: 'int',
      machine: 'text',
      version: 'text',
      definition: 'text',
      tenant: 'text',
      inputHash: 'text',
      time: 'bigint',
      status: 'text',
      reason: 'text',
      checkpoint: 'int',
    },
  )})`

const entryCte = (sql: Sql, turns: TurnRows[]) =>
  sql`entry as materialized (select * from ${columns(sql, turns, (t) => t.entries, {
    seq: 'bigint',
    incarnation: 'text',
    address: 'text',
    event: 'text',
    value: 'text',
    delta: 'text',
    microsteps: 'text',
    key: 'text',
  })})`

const createdCte = (sql: Sql, turn: string, owner: string | null) => sql`, created as materialized (
  insert into system (id, machine, version, definition, tenant, input_hash, seq, checkpoint_seq, turn, time, owner, status, reason)
  select id, machine, version, definition, tenant, input_hash, entries, case when checkpoint = 1 then entries else 0 end,
    ${turn}, time, ${owner}, status, reason::json
  from turn where base is null order by id on conflict (id) do nothing returning id
)`

const cancelledCte = (sql: Sql, turns: TurnRows[]) => sql`, cancelled as (
  delete from mailbox m using ${columns(sql, turns, (t) => t.cancelled.map((mail) => ({ mail })), { mail: 'uuid' })} join committed using (id)
  where m.system_id = x.id and m.id = x.mail
)`

const mailCte = (sql: Sql, turns: TurnRows[]) => sql`, posted as materialized (
  select x.* from ${columns(sql, turns, (t) => t.mail.map(({ id, ...row }) => ({ ...row, mail: id })), {
    system: 'text',
    mail: 'uuid',
    kind: 'text',
    due: 'bigint',
    address: 'text',
    incarnation: 'text',
    source: 'text',
    sendId: 'text',
    event: 'text',
  })} join committed using (id)
), mailed as (
  insert into mailbox (system_id, id, kind, due, held, address, incarnation, source, send_id, event)
  select x.system, x.mail, x.kind, x.due, coalesce(s.status = 'parked', false), x.address, x.incarnation, x.source, x.send_id, x.event::json
  from posted x left join system s on s.id = x.system
  where x.kind = 'timer' or s.status in ('active', 'parked') order by x.n
), unknown as (
  insert into dead_letter (system_id, id, at, address, reason, event)
  select x.system, x.mail, x.due, x.address, case when s.id is null then 'system.not_found' else 'system.final' end, x.event::json
  from posted x left join system s on s.id = x.system where x.kind = 'mail' and (s.id is null or s.status = 'done')
)`

const startedCte = (sql: Sql, turns: TurnRows[]) => sql`, begun as (
  insert into activity (system_id, incarnation, address, machine, version, src, input, status, attempt, owner, heartbeat_at, run_at, heartbeat_ms)
  select x.id, x.incarnation, x.address, t.machine, t.version, x.src, x.input::json, case when x.owner is null then 'queued' else 'running' end,
    case when x.owner is null then 0 else 1 end, x.owner, case when x.owner is null then null else clock_timestamp() end, t.time, x.heartbeat_ms
  from ${columns(sql, turns, (t) => t.started, { incarnation: 'text', address: 'text', src: 'text', input: 'text', heartbeatMs: 'int', owner: 'uuid' })}
  join committed using (id) join turn t using (id)
)`

const finishedCte = (sql: Sql, turns: TurnRows[]) =>
  sql`, finished as materialized (select * from ${columns(sql, turns, (t) => t.finished, { incarnation: 'text', attempt: 'int', status: 'text', result: 'text' })})`

const stoppedCte = (sql: Sql, turns: TurnRows[]) => sql`, stopped as (
  update activity a set status = 'cancelled', owner = null
  from ${columns(sql, turns, (t) => t.stopped.map((incarnation) => ({ incarnation })), { incarnation: 'text' })} join committed using (id)
  where a.system_id = x.id and a.incarnation = x.incarnation and a.status in ('queued', 'running')
)`

const emittedCte = (sql: Sql, turns: TurnRows[]) => sql`, emissions as (
  insert into emitted (system_id, seq, n, address, at, event)
  select x.id, x.seq, x.place, x.address, t.time, x.event::json
  from ${columns(sql, turns, (t) => t.emitted.map(({ n, ...row }) => ({ ...row, place: n })), { seq: 'bigint', place: 'int', address: 'text', event: 'text' })}
  join committed using (id) join turn t using (id)
)`

// A copy of what was processed is no dead letter.
const deadLetterCte = (sql: Sql, turns: TurnRows[]) => sql`, buried as (
  insert into dead_letter (system_id, id, at, address, reason, event, key)
  select x.id, x.mail, t.time, x.address, x.reason, x.event::json, x.key
  from ${columns(sql, turns, (t) => t.deadLetters.map(({ id, ...row }) => ({ ...row, mail: id })), { mail: 'uuid', address: 'text', reason: 'text', event: 'text', key: 'text' })}
  join committed using (id) join turn t using (id)
  where not exists (select from journal j where j.system_id = x.id and j.key = x.key) on conflict do nothing
)`

const checkpointCte = (sql: Sql, turns: TurnRows[]) => sql`, kept as (
  insert into actor (system_id, incarnation, address, checkpoint)
  select x.id, x.incarnation, x.address, x.state::json
  from ${columns(sql, turns, (t) => t.checkpoint?.rows ?? [], { incarnation: 'text', address: 'text', state: 'text' })} join committed using (id)
  on conflict (system_id, incarnation) do update set checkpoint = excluded.checkpoint
), forgotten as (
  delete from actor a
  using ${columns(sql, turns, (t) => (t.checkpoint?.gone ?? []).map((incarnation) => ({ incarnation })), { incarnation: 'text' })} join committed using (id)
  where a.system_id = x.id and a.incarnation = x.incarnation
)`

const projectionCte = (sql: Sql, turns: TurnRows[]) => sql`, projected as materialized (
  select x.*, t.base, t.entries from ${columns(sql, turns, (t) => t.projections, { address: 'text', kind: 'text', key: 'text', data: 'text' })}
  join committed using (id) join turn t using (id)
), listed as (
  insert into projection (system_id, address, kind, key, data, seq)
  select id, address, kind, key, data::json, coalesce(base, 0) + entries from projected where data is not null order by address, kind, key
  on conflict (system_id, address, kind, key) do update set data = excluded.data, seq = excluded.seq
), unlisted as (
  delete from projection p using projected x
  where x.data is null and p.system_id = x.id and p.address = x.address and p.kind = x.kind and p.key = x.key
)`
