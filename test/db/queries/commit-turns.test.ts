import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitTurns, type CommitAnswer, type TurnRows } from '../../../db/queries/commit-turns.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase({ max: 2 })))
afterAll(() => database.drop())

const owner = randomUUID()
const turn = randomUUID()

const blank: Omit<TurnRows, 'id' | 'base'> = {
  entries: [],
  machine: 'm',
  version: '1',
  definition: 'd',
  tenant: '',
  inputHash: 'h',
  time: 7,
  status: 'active',
  reason: null,
  took: [],
  cancelled: [],
  mail: [],
  started: [],
  finished: [],
  stopped: [],
  emitted: [],
  deadLetters: [],
  checkpoint: null,
  projections: [],
}

const entry = (seq: number, key: string | null = null) => ({
  seq,
  incarnation: '1.0',
  address: '',
  event: `{"type":"E","text":"\\u0000 \\"quoted\\" {braces}"}`,
  value: '"a"',
  delta: '{}',
  microsteps: seq % 2 ? null : '[1]',
  key,
})

const timer = (name: string, n: number) => ({
  system: name,
  id: randomUUID(),
  kind: 'timer' as const,
  due: n,
  address: null,
  incarnation: '1.0',
  source: '1.0',
  sendId: n % 2 ? null : `t${n}`,
  event: '{"type":"T"}',
})

const letter = (system: string) => ({
  ...timer(system, 3),
  kind: 'mail' as const,
  address: 'a',
  source: null,
  sendId: null,
})

const activity = (incarnation: string, by: string | null) => ({
  incarnation,
  address: 'x',
  src: '["x"]',
  input: 'null',
  heartbeatMs: null,
  owner: by,
})

const birth = (id: string): TurnRows => ({
  ...blank,
  id,
  base: null,
  entries: [entry(1), entry(2, 'born')],
  mail: [timer(id, 1), timer(id, 2), timer(id, 4)],
  started: [activity('1.1', owner), activity('1.2', owner), activity('1.3', null)],
  projections: [
    { address: '', kind: 'k', key: 'a', data: '1' },
    { address: '', kind: 'k', key: 'b', data: '1' },
  ],
  checkpoint: {
    rows: [
      { incarnation: '1.0', address: '', state: '{}' },
      { incarnation: '1.9', address: 'y', state: '{}' },
    ],
    gone: [],
  },
})

const second = (id: string, born: TurnRows): TurnRows => ({
  ...blank,
  id,
  base: 2,
  version: '2',
  entries: [entry(3, 'k3'), entry(4)],
  took: [born.mail[0]!.id],
  cancelled: [born.mail[1]!.id],
  mail: [timer(id, 8), letter('active'), letter('parked'), letter('done'), letter('nobody')],
  started: [activity('3.0', null)],
  finished: [{ incarnation: '1.1', attempt: 1, status: 'done', result: '"r"' }],
  stopped: ['1.2', '1.3'],
  emitted: [
    { seq: 3, n: 0, address: '', event: '{"type":"M"}' },
    { seq: 3, n: 1, address: '', event: '{"type":"M"}' },
  ],
  deadLetters: [{ id: randomUUID(), address: 'gone', reason: 'actor.not_found', event: '{}', key: 'late' }],
  projections: [
    { address: '', kind: 'k', key: 'a', data: '2' },
    { address: '', kind: 'k', key: 'b', data: null },
  ],
  checkpoint: { rows: [{ incarnation: '1.0', address: '', state: '{"x":1}' }], gone: ['1.9'] },
})

/** Two statements for one meaning: for a turn alone, and for many. */
const forms = {
  'of one turn': async (rows: TurnRows, by: string | null = owner) =>
    database.database.store.commitTurns(turn, by, [rows]),
  'of many turns': async (rows: TurnRows, by: string | null = owner) => [
    ...(await commitTurns(database.database.sql, turn, by, [rows])),
  ],
}

async function everything(id: string) {
  const { sql } = database.database
  const tables = {
    system: await sql`select * from system where id = ${id}`,
    journal: await sql`select * from journal where system_id = ${id} order by seq`,
    mailbox:
      await sql`select kind, due, held, address, incarnation, source, send_id, event::text from mailbox where system_id = ${id} order by n`,
    activity:
      await sql`select *, heartbeat_at is not null as heartbeat_at from activity where system_id = ${id} order by incarnation`,
    emitted: await sql`select * from emitted where system_id = ${id} order by seq, n`,
    projection: await sql`select * from projection where system_id = ${id} order by address, kind, key`,
    actor: await sql`select * from actor where system_id = ${id} order by incarnation`,
    graves: await sql`select at, address, reason, event::text, key from dead_letter where system_id = ${id}`,
  }
  return JSON.parse(JSON.stringify(tables).replaceAll(id, 'the system')) as Record<string, any[]>
}

async function prepare(name: string) {
  const { sql } = database.database
  for (const status of ['active', 'parked', 'done'])
    await sql`insert into system (id, machine, version, definition, input_hash, seq, turn, time, status, reason)
      values (${status}, 'm', '1', 'd', 'h', 1, ${turn}, 0, ${status}, ${status === 'parked' ? '{}' : null}::text::json) on conflict do nothing`
  const born = birth(name)
  return { name, born, next: second(name, born) }
}

test('both statements write the same', async () => {
  const seen: object[] = []
  const answers: CommitAnswer[][] = []
  const elsewhere: object[] = []
  const { sql } = database.database
  for (const [form, commit] of Object.entries(forms)) {
    const { name, born, next } = await prepare(form)
    answers.push(await commit(born), await commit(next))
    seen.push(await everything(name))
    elsewhere.push(
      await sql`select system_id, kind, due, held, address from mailbox where system_id in ('active', 'parked') order by system_id`,
      await sql`select system_id, reason, address from dead_letter where system_id in ('done', 'nobody') order by system_id`,
    )
    await sql`delete from mailbox where system_id in ('active', 'parked')`
    await sql`delete from dead_letter where system_id in ('done', 'nobody')`
  }
  expect(answers.flat().every(({ committed, refused }) => committed && refused === null)).toBe(true)
  expect(seen[1]).toEqual(seen[0])
  expect(elsewhere.slice(2)).toEqual(elsewhere.slice(0, 2))
  const {
    system,
    journal,
    mailbox,
    activity: rows,
    emitted,
    projection,
    actor,
    graves,
  } = seen[0] as Record<string, any[]>
  expect(system).toMatchObject([{ seq: 4, checkpointSeq: 4, version: '2', owner, status: 'active' }])
  expect(journal!.map(({ seq, key }) => [seq, key])).toEqual([
    [1, null],
    [2, 'born'],
    [3, 'k3'],
    [4, null],
  ])
  expect(mailbox!.map(({ due }) => due)).toEqual([4, 8])
  expect(rows!.map(({ incarnation, status, attempt, owner: by }) => [incarnation, status, attempt, by])).toEqual([
    ['1.1', 'done', 1, null],
    ['1.2', 'cancelled', 1, null],
    ['1.3', 'cancelled', 0, null],
    ['3.0', 'queued', 0, null],
  ])
  expect([emitted!.length, projection!.length, actor!.length, graves!.length]).toEqual([2, 1, 1, 1])
  expect(elsewhere[0]).toMatchObject([
    { systemId: 'active', held: false },
    { systemId: 'parked', held: true },
  ])
  expect(elsewhere[1]).toMatchObject([{ reason: 'system.final' }, { reason: 'system.not_found' }])
})

describe.each(Object.entries(forms))('a commit %s', (form, commit) => {
  const refusals: [
    what: string,
    change: (next: TurnRows) => Partial<TurnRows>,
    refused: CommitAnswer['refused'],
    by?: string,
  ][] = [
    ['of another base is stale', () => ({ base: 1 }), null],
    ['by another owner is stale', () => ({ finished: [] }), null, randomUUID()],
    ['whose mail is gone is refused', () => ({ took: [randomUUID()] }), 'mail'],
    ['whose key is known is refused', () => ({ entries: [entry(3, 'born')] }), 'key'],
    [
      'with the result of another attempt is refused',
      ({ finished }) => ({ finished: [{ ...finished[0]!, attempt: 2 }] }),
      'result',
    ],
    [
      'with the result of an attempt that never began is refused',
      ({ finished }) => ({ finished: [{ ...finished[0]!, incarnation: '1.3' }] }),
      'result',
    ],
  ]
  test.each(refusals)('%s, and leaves no trace', async (what, change, refused, by) => {
    const { name, born, next } = await prepare(`${form}, ${what}`.replaceAll(' ', '-'))
    await commit(born)
    const before = await everything(name)
    expect(await commit({ ...next, ...change(next) }, by)).toEqual([{ id: name, committed: false, refused }])
    expect(await everything(name)).toEqual(before)
  })

  test('that creates a system which is there is stale', async () => {
    const { name, born } = await prepare(`${form}-again`.replaceAll(' ', '-'))
    await commit(born)
    const before = await everything(name)
    expect(await commit({ ...birth(name), entries: [entry(1)] })).toEqual([
      { id: name, committed: false, refused: null },
    ])
    expect(await everything(name)).toEqual(before)
  })

  test('of a parked system is stale', async () => {
    const { name, born, next } = await prepare(`${form}-parked`.replaceAll(' ', '-'))
    await commit({ ...born, status: 'parked', reason: '{}' })
    expect(await commit(next)).toEqual([{ id: name, committed: false, refused: null }])
  })
})

test('a batch costs the same where statistics still say that nobody owns any system', async () => {
  const own = await createTestDatabase({ max: 1 })
  const { sql } = own.database
  try {
    await sql`
      insert into system (id, machine, version, definition, input_hash, seq, turn, time, status)
      select 'sleeps-' || i, 'm', '1', 'd', 'h', 1, ${turn}, 7, 'active' from generate_series(1, 10000) i`
    await sql`analyze system`
    await sql`update system set owner = ${owner}`
    let batches = 0
    const quickest = async () => {
      const taken: number[] = []
      for (let n = 0; n < 3; n++) {
        const ids = Array.from({ length: 500 }, (_, i) => `sleeps-${500 * batches + i + 1}`)
        batches++
        const turns = ids.map((id): TurnRows => ({ ...blank, id, base: 1, entries: [entry(2, `${id}-2`)] }))
        const began = performance.now()
        const answers = await commitTurns(sql, randomUUID(), owner, turns)
        taken.push(performance.now() - began)
        expect(answers.every(({ committed }) => committed)).toBe(true)
      }
      return Math.min(...taken)
    }
    const [misled] = [await quickest(), await sql`analyze system`]
    expect(misled).toBeLessThan(10 * (await quickest())) // it was 100 times as much
  } finally {
    await own.drop()
  }
})
