import type { Sql } from '../connect.ts'

export type StoredEntry = { seq: number; incarnation: string; address: string; value: any; delta: any }
export type StoredTimer = {
  id: string
  n: number
  due: number
  source: string
  incarnation: string
  send_id: string | null
  event: any
}
export type StoredProjection = { address: string; kind: string; key: string; data: any }
export type StoredSystem = {
  id: string
  machine: string
  version: string
  definition: string
  tenant: string
  inputHash: string
  seq: number
  checkpointSeq: number
  time: number
  status: 'active' | 'done' | 'parked'
  owner: string | null
  reason: { code: string; message: string } | null
  actors: { incarnation: string; address: string; checkpoint: any }[] | null
  entries: StoredEntry[] | null
  timers: StoredTimer[] | null
  projections: StoredProjection[] | null
}

/** All that a system is, but for its mail, as of one moment: one statement, so one snapshot of the database. */
export const loadSystems = (sql: Sql, ids: string[]) => sql<StoredSystem[]>`
  select s.id, s.machine, s.version, s.definition, s.tenant, s.input_hash, s.seq, s.checkpoint_seq, s.time, s.status, s.owner, s.reason,
    (select json_agg(json_build_object('incarnation', a.incarnation, 'address', a.address, 'checkpoint', a.checkpoint))
      from actor a where a.system_id = s.id) as actors,
    (select json_agg(json_build_object('seq', j.seq, 'incarnation', j.incarnation, 'address', j.address, 'value', j.value, 'delta', j.delta) order by j.seq)
      from journal j where j.system_id = s.id and j.seq > s.checkpoint_seq) as entries,
    (select json_agg(json_build_object('id', m.id, 'n', m.n, 'due', m.due, 'source', m.source, 'incarnation', m.incarnation, 'send_id', m.send_id, 'event', m.event) order by m.n)
      from mailbox m where m.system_id = s.id and m.kind = 'timer') as timers,
    (select json_agg(json_build_object('address', p.address, 'kind', p.kind, 'key', p.key, 'data', p.data))
      from projection p where p.system_id = s.id) as projections
  from system s where s.id = any(${ids}::text[]) order by s.id`

export type WaitingMail = {
  systemId: string
  id: string
  kind: 'mail' | 'result' | 'report' | 'emission'
  due: number
  address: string | null
  incarnation: string | null
  sendId: string | null
  event: string
  key: string | null
}

/** Due mail in order of arrival, at most `limit` per system: of systems that run, so what was held is taken, too. Events as JSON text. */
export const fetchMail = (sql: Sql, fetch: { ids: string[]; now: number; limit: number }) => sql<WaitingMail[]>`
  select m.system_id, m.id, m.kind, m.due, m.address, m.incarnation, m.send_id, m.event::text as event, m.key
  from unnest(${fetch.ids}::text[]) as wanted (id)
  cross join lateral (
    select * from mailbox m where m.system_id = wanted.id and m.kind <> 'timer' and m.due <= ${fetch.now}
    order by m.n limit ${fetch.limit}
  ) m order by m.n`
