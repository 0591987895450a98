import type { Sql } from '../connect.ts'
import type { CommitAnswer, TurnRows } from './commit-turns.ts'
import { Statement } from './statement.ts'

/**
 * `commitTurns` for one turn: the same guarantee in a statement whose plan can be kept, since all it looks up are keys of one
 * system. Planning anew would take longer than everything else it does. A key is given as an array of values too where rows
 * are joined: of a table that was small when the plan was made, all rows of the system would be read for each of them.
 */
export async function commitTurn(sql: Sql, turn: string, owner: string | null, rows: TurnRows): Promise<CommitAnswer> {
  const statement = new Statement()
  const { value } = statement
  const ids: Ids = { system: value(rows.id, 'text'), turn: value(turn, 'uuid'), time: value(rows.time, 'bigint') }
  const by = value(owner, 'uuid')
  const refusals = refusalsOf(statement, rows, ids, by)
  const head = { rows, ids, refusals, owner: by }
  statement.add(`with committed as (${rows.base === null ? created(statement, head) : updated(statement, head)})`)
  for (const part of parts) part(statement, rows, ids)
  const whens = refusals.map(({ when, why }) => `when ${when} then '${why}'`)
  statement.add(`select exists (select from committed) as committed, case when exists (select from committed) then null
    ${whens.join(' ')} end as refused`)
  const [answer] = await statement.run<Pick<CommitAnswer, 'committed' | 'refused'>>(sql)
  return { id: rows.id, ...(answer as Pick<CommitAnswer, 'committed' | 'refused'>) }
}

type Ids = { system: string; turn: string; time: string }
type Refusal = { when: string; why: NonNullable<CommitAnswer['refused']> }
type Head = { rows: TurnRows; ids: Ids; refusals: Refusal[]; owner: string }
type Part = (statement: Statement, rows: TurnRows, ids: Ids) => void

function refusalsOf(statement: Statement, { took, finished, entries }: TurnRows, { system }: Ids, owner: string) {
  const { value } = statement
  const refusals: Refusal[] = []
  const incarnations = finished.map(({ incarnation }) => incarnation)
  const current = () => `(select count(*) from ${statement.rows(
    finished.map(({ incarnation, attempt }) => ({ incarnation, attempt })),
    { incarnation: 'text', attempt: 'int' },
  )} join activity a on a.system_id = ${system} and a.incarnation = x.incarnation and a.attempt = x.attempt
    where a.incarnation = any(${value(incarnations, 'text[]')}) and a.status = 'running' and a.owner = ${owner}) < ${value(finished.length, 'int')}`
  const mail = () =>
    `(select count(*) from mailbox where system_id = ${system} and id = any(${value(took, 'uuid[]')})) < ${value(took.length, 'int')}`
  const keys = entries.flatMap(({ key }) => key ?? [])
  const known = () => `exists (select from journal where system_id = ${system} and key = any(${value(keys, 'text[]')}))`
  if (keys.length) refusals.push({ when: known(), why: 'key' })
  if (took.length) refusals.push({ when: mail(), why: 'mail' })
  if (finished.length) refusals.push({ when: current(), why: 'result' })
  return refusals
}

const updated = ({ value, json }: Statement, { rows, ids, refusals, owner }: Head) => {
  const seq = `${value(rows.base, 'bigint')} + ${value(rows.entries.length, 'int')}`
  return `update system set seq = ${seq}, version = ${value(rows.version, 'text')}, definition = ${value(rows.definition, 'text')},
    turn = ${ids.turn}, time = ${ids.time}, status = ${value(rows.status, 'text')}, reason = ${json(rows.reason)}
    ${rows.checkpoint ? `, checkpoint_seq = ${seq}` : ''}
  where id = ${ids.system} and seq = ${value(rows.base, 'bigint')} and owner = ${owner} and status <> 'parked'
    ${refusals.map(({ when }) => `and not (${when})`).join(' ')} returning id`
}

const created = ({ value, json }: Statement, { rows, ids, refusals, owner }: Head) => {
  const seq = value(rows.entries.length, 'bigint')
  return `insert into system (id, machine, version, definition, tenant, input_hash, seq, checkpoint_seq, turn, time, owner, status, reason)
  select ${ids.system}, ${value(rows.machine, 'text')}, ${value(rows.version, 'text')}, ${value(rows.definition, 'text')},
    ${value(rows.tenant, 'text')}, ${value(rows.inputHash, 'text')}, ${seq}, ${rows.checkpoint ? seq : '0'}, ${ids.turn}, ${ids.time},
    ${owner}, ${value(rows.status, 'text')}, ${json(rows.reason)}
  where true ${refusals.map(({ when }) => `and not (${when})`).join(' ')} on conflict (id) do nothing returning id`
}

const journalled: Part = (statement, { entries }, { turn, time }) =>
  statement.add(`, journalled as (
    insert into journal (system_id, seq, turn, incarnation, address, at, event, value, delta, microsteps, key)
    select c.id, x.seq, ${turn}, x.incarnation, x.address, ${time}, x.event::json, x.value::json, x.delta::json, x.microsteps::json, x.key
    from committed c, ${statement.rows(entries, {
      seq: 'bigint',
      incarnation: 'text',
      address: 'text',
      event: 'text',
      value: 'text',
      delta: 'text',
      microsteps: 'text',
      key: 'text',
    })})`)

const consumed: Part = (statement, { took, cancelled }) => {
  const gone = [...took, ...cancelled]
  if (gone.length)
    statement.add(`, consumed as (
    delete from mailbox m using committed c where m.system_id = c.id and m.id = any(${statement.value(gone, 'uuid[]')}))`)
}

const armed: Part = (statement, { mail }) => {
  const timers = mail.filter(({ kind }) => kind === 'timer')
  if (!timers.length) return
  const types = {
    id: 'uuid',
    due: 'bigint',
    incarnation: 'text',
    source: 'text',
    sendId: 'text',
    event: 'text',
  } as const
  statement.add(`, armed as (
    insert into mailbox (system_id, id, kind, due, incarnation, source, send_id, event)
    select c.id, x.id, 'timer', x.due, x.incarnation, x.source, x."sendId", x.event::json
    from committed c, ${statement.rows(timers, types)} order by x.n)`)
}

const mailed: Part = (statement, { mail }) => {
  const sent = mail.filter(({ kind }) => kind === 'mail')
  if (!sent.length) return
  const types = { system: 'text', id: 'uuid', due: 'bigint', address: 'text', event: 'text' } as const
  statement.add(`, posted as materialized (
    select x.*, s.status from committed c cross join ${statement.rows(sent, types)} left join system s on s.id = x.system
  ), mailed as (
    insert into mailbox (system_id, id, kind, due, held, address, event)
    select system, id, 'mail', due, status = 'parked', address, event::json from posted where status in ('active', 'parked') order by n
  ), unknown as (
    insert into dead_letter (system_id, id, at, address, reason, event)
    select system, id, due, address, case when status is null then 'system.not_found' else 'system.final' end, event::json
    from posted where status is null or status = 'done')`)
}

const begun: Part = (statement, { started, machine, version }, { time }) => {
  const types = {
    incarnation: 'text',
    address: 'text',
    src: 'text',
    input: 'text',
    heartbeatMs: 'int',
    owner: 'uuid',
  } as const
  if (started.length)
    statement.add(`, begun as (
    insert into activity (system_id, incarnation, address, machine, version, src, input, status, attempt, owner, heartbeat_at, run_at, heartbeat_ms)
    select c.id, x.incarnation, x.address, ${statement.value(machine, 'text')}, ${statement.value(version, 'text')}, x.src, x.input::json,
      case when x.owner is null then 'queued' else 'running' end, case when x.owner is null then 0 else 1 end, x.owner,
      case when x.owner is null then null else clock_timestamp() end, ${time}, x."heartbeatMs"
    from committed c, ${statement.rows(started, types)})`)
}

const concluded: Part = (statement, { finished }) => {
  const types = { incarnation: 'text', status: 'text', result: 'text' } as const
  if (finished.length)
    statement.add(`, concluded as (
    update activity a set status = x.status, result = x.result::json, owner = null from committed c, ${statement.rows(finished, types)}
    where a.system_id = c.id and a.incarnation = x.incarnation
      and a.incarnation = any(${statement.value(
        finished.map(({ incarnation }) => incarnation),
        'text[]',
      )}))`)
}

const stopped: Part = (statement, { stopped: ended }) => {
  if (ended.length)
    statement.add(`, stopped as (
    update activity a set status = 'cancelled', owner = null from committed c
    where a.system_id = c.id and a.incarnation = any(${statement.value(ended, 'text[]')}) and a.status in ('queued', 'running'))`)
}

const emissions: Part = (statement, { emitted }, { time }) => {
  const types = { seq: 'bigint', place: 'int', address: 'text', event: 'text' } as const
  const rows = emitted.map(({ n, ...row }) => ({ ...row, place: n }))
  if (rows.length)
    statement.add(`, emissions as (
    insert into emitted (system_id, seq, n, address, at, event)
    select c.id, x.seq, x.place, x.address, ${time}, x.event::json from committed c, ${statement.rows(rows, types)})`)
}

// A copy of what was processed is no dead letter.
const buried: Part = (statement, { deadLetters }, { time }) => {
  const types = { id: 'uuid', address: 'text', reason: 'text', event: 'text', key: 'text' } as const
  if (deadLetters.length)
    statement.add(`, buried as (
    insert into dead_letter (system_id, id, at, address, reason, event, key)
    select c.id, x.id, ${time}, x.address, x.reason, x.event::json, x.key
    from committed c, ${statement.rows(deadLetters, types)}
    where not exists (select from journal j where j.system_id = c.id and j.key = x.key) on conflict do nothing)`)
}

const kept: Part = (statement, { checkpoint }) => {
  const types = { incarnation: 'text', address: 'text', state: 'text' } as const
  if (checkpoint)
    statement.add(`, kept as (
    insert into actor (system_id, incarnation, address, checkpoint)
    select c.id, x.incarnation, x.address, x.state::json from committed c, ${statement.rows(checkpoint.rows, types)}
    on conflict (system_id, incarnation) do update set checkpoint = excluded.checkpoint
  ), forgotten as (
    delete from actor a using committed c
    where a.system_id = c.id and a.incarnation = any(${statement.value(checkpoint.gone, 'text[]')}))`)
}

const projected: Part = (statement, { base, entries, projections }) => {
  const [listed, unlisted] = [projections.filter(isListed), projections.filter((row) => !isListed(row))]
  const types = { address: 'text', kind: 'text', key: 'text', data: 'text' } as const
  const seq = () => statement.value((base ?? 0) + entries.length, 'bigint')
  if (listed.length)
    statement.add(`, listed as (
    insert into projection (system_id, address, kind, key, data, seq)
    select c.id, x.address, x.kind, x.key, x.data::json, ${seq()} from committed c, ${statement.rows(listed, types)}
    on conflict (system_id, address, kind, key) do update set data = excluded.data, seq = excluded.seq)`)
  if (unlisted.length)
    statement.add(`, unlisted as (
    delete from projection p using committed c, ${statement.rows(unlisted, types)}
    where p.system_id = c.id and p.address = any(${statement.value(
      unlisted.map(({ address }) => address),
      'text[]',
    )}) and p.address = x.address and p.kind = x.kind and p.key = x.key)`)
}

const isListed = ({ data }: TurnRows['projections'][number]) => data !== null

const parts: Part[] = [
  journalled,
  consumed,
  armed,
  mailed,
  begun,
  concluded,
  stopped,
  emissions,
  buried,
  kept,
  projected,
]
