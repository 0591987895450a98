import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tables } from '../../../db/backup/format.ts'
import { backupOf, restoreBackup } from '../../../db/index.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let from: TestDatabase
let to: TestDatabase
beforeEach(async () => {
  from = await createTestDatabase()
  to = await createTestDatabase()
})
afterEach(() => Promise.all([from.drop(), to.drop()]))

const uuid = '00000000-0000-7000-8000-000000000000'
const odd = 'tab\t line\n return\r back\\slash \\N \\. "quotes" {braces,} ü 𝄞 \u0001'
// What JSON may hold and text of Postgres not.
const event = JSON.stringify({ odd, nul: '\u0000', lone: '\ud800', rest: 'x'.repeat(300_000) })

async function fill({ database: { sql } }: TestDatabase) {
  for (const id of ['a', 'b']) {
    await sql`insert into system (id, machine, version, definition, tenant, input_hash, seq, turn, time, owner, status)
      values (${id}, 'm', '1', 'd', ${odd}, 'h', 2, ${uuid}, 5, ${uuid}, 'active')`
    for (const seq of [1, 2])
      await sql`insert into journal (system_id, seq, turn, incarnation, address, at, event, delta, key)
        values (${id}, ${seq}, ${uuid}, '1.1', '', 9007199254740991, ${event}::text::json, 'null', ${seq === 1 ? '\\N' : null})`
    await sql`insert into mailbox (system_id, id, kind, due, address, event) values (${id}, ${uuid}, 'mail', 0, '', ${event}::text::json)`
    await sql`insert into activity (system_id, incarnation, address, machine, version, src, status, run_at, owner, heartbeat_at)
      values (${id}, '1.1', 'x', 'm', '1', 's', 'running', 0, ${uuid}, '2026-02-03 04:05:06.789012+00')`
    await sql`insert into emitted (system_id, seq, n, address, at, event) values (${id}, 1, 0, '', 0, '{}')`
    await sql`insert into projection (system_id, address, kind, key, data, seq) values (${id}, '', 'directive', 'k', '{}', 1)`
    await sql`insert into actor (system_id, incarnation, address, checkpoint) values (${id}, '1.1', '', ${event}::text::json)`
    await sql`insert into dead_letter (system_id, id, at, address, reason, event) values (${id}, ${uuid}, 0, '', 'r', '{}')`
  }
}

const contents = async ({ database: { sql } }: TestDatabase) => {
  const all: Record<string, string[]> = {}
  for (const table of tables) {
    const rows = await sql.unsafe<{ row: string }[]>(`select t::text as row from ${table} t order by 1`)
    all[table] = rows.map(({ row }) => row)
  }
  return all
}

const written = async (): Promise<Buffer> => Buffer.concat(await Array.fromAsync(backupOf(from.database.sql)))

async function* inPieces(bytes: Buffer, length = 10_007): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

test('every table but those of living processes and migrations is in a backup', () => {
  const schema = readFileSync(path.join(import.meta.dirname, '../../../db/schema.sql'), 'utf8')
  const all = [...schema.matchAll(/^create table (\w+)/gm)].map(([, name]) => name!)
  expect([...tables, 'process', 'migration'].sort()).toEqual(all.sort())
})

test('what is restored is what there was, whatever characters it holds, and mail goes on being numbered', async () => {
  await fill(from)
  const { rows } = await restoreBackup(to.database.sql, inPieces(await written()))
  expect(rows).toMatchObject({ system: 2, journal: 4, mailbox: 2 })
  expect(await contents(to)).toEqual(await contents(from))
  const { sql } = to.database
  const next = '00000000-0000-7000-8000-000000000001'
  await sql`insert into mailbox (system_id, id, kind, due, address, event) values ('a', ${next}, 'mail', 0, '', '{}')`
  const mail = await sql<{ id: string }[]>`select id from mailbox where system_id = 'a' order by n`
  expect(mail.map(({ id }) => id)).toEqual([uuid, next])
})

test('an empty database is backed up and restored, too', async () => {
  await restoreBackup(to.database.sql, inPieces(await written()))
  expect(await contents(to)).toEqual(await contents(from))
})

test('a backup shows one moment, although others go on', async () => {
  await fill(from)
  const pieces = backupOf(from.database.sql)
  const first = await pieces.next()
  await from.database.sql`delete from dead_letter`
  const rest = await Array.fromAsync(pieces)
  await restoreBackup(to.database.sql, inPieces(Buffer.concat([first.value as Buffer, ...rest])))
  expect((await contents(to))['dead_letter']).toHaveLength(2)
})

test('a backup that is cut short, changed, foreign or newer is refused, and leaves the database empty and usable', async () => {
  await fill(from)
  const whole = await written()
  const text = whole.toString('latin1')
  const changed = (before: RegExp, after: string) => Buffer.from(text.replace(before, after), 'latin1')
  const cases: [Buffer, string][] = [
    [Buffer.from('hello\n'), 'backup.invalid'],
    [Buffer.alloc(0), 'backup.invalid'],
    [whole.subarray(0, whole.length >> 1), 'backup.incomplete'],
    [whole.subarray(0, whole.lastIndexOf('-- complete')), 'backup.incomplete'],
    [changed(/"journal":4/, '"journal":5'), 'backup.incomplete'],
    [changed(/COPY journal/, 'COPY pg_authid'), 'backup.incomplete'],
    [changed(/\bmachine\b/, 'engine'), 'backup.foreign'],
    [changed(/\tactive\t/, '\tasleep\t'), 'backup.invalid'],
    [changed(/"checksum":"./, '"checksum":"?'), 'backup.foreign'],
    [changed(/"migrations":\[/, '"migrations":[{},{},{},{},{},{},{},{},{},'), 'backup.newer'],
  ]
  for (const [backup, code] of cases)
    await expect(restoreBackup(to.database.sql, inPieces(backup)), code).rejects.toMatchObject({ code })
  expect(Object.values(await contents(to)).flat()).toEqual([])
  await restoreBackup(to.database.sql, inPieces(whole))
  expect(await contents(to)).toEqual(await contents(from))
})

test('nothing is restored over what is there, or while another process lives', async () => {
  await fill(from)
  const whole = await written()
  await expect(restoreBackup(from.database.sql, inPieces(whole))).rejects.toMatchObject({ code: 'database.not_empty' })
  await to.database.sql`insert into process (id, name, lease_until)
    values (${uuid}, 'serve', clock_timestamp() + interval '1 hour')`
  await expect(restoreBackup(to.database.sql, inPieces(whole))).rejects.toMatchObject({ code: 'database.in_use' })
})
