import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mentionedHashes, systemsAtWork } from '../../../db/index.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.drop())

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const refs = (...texts: string[]) => JSON.stringify(texts.map((text) => ({ sha256: hash(text) })))
const uuid = '00000000-0000-7000-8000-000000000000'

test('finds the hashes in all rows of the systems that are asked for, and who has activities to do', async () => {
  const { sql } = database.database
  for (const system of ['a', 'b']) {
    const of = (...names: string[]) => refs(...names.map((name) => `${system} ${name}`))
    await sql`insert into system (id, machine, version, definition, input_hash, seq, turn, time, status)
      values (${system}, 'm', '1', 'd', 'h', 1, ${uuid}, 0, 'active')`
    await sql`insert into journal (system_id, seq, turn, incarnation, address, at, event, delta)
      values (${system}, 1, ${uuid}, '1.1', '', 0, ${of('event', 'twice')}::text::json, ${of('delta', 'twice')}::text::json)`
    await sql`insert into actor (system_id, incarnation, address, checkpoint)
      values (${system}, '1.1', '', ${of('checkpoint')}::text::json)`
    await sql`insert into mailbox (system_id, id, kind, due, address, event)
      values (${system}, ${uuid}, 'mail', 0, '', ${of('mail')}::text::json)`
    await sql`insert into activity (system_id, incarnation, address, machine, version, src, input, status, run_at)
      values (${system}, '1.1', 'x', 'm', '1', 's', ${of('input')}::text::json, ${system === 'a' ? 'queued' : 'done'}, 0)`
  }
  const found = (await mentionedHashes(sql, ['a'])).map((row) => row.hash)
  const expected = ['event', 'delta', 'twice', 'checkpoint', 'mail', 'input'].map((name) => hash(`a ${name}`))
  expect(found.sort()).toEqual(expected.sort())
  expect(await mentionedHashes(sql, [])).toHaveLength(0)
  expect((await systemsAtWork(sql)).map(({ id }) => id)).toEqual(['a'])
})
