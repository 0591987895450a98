import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

test('a connection has the session settings every query relies on', async () => {
  const [row] = await db.database.sql`
    select current_setting('default_transaction_isolation') as isolation, current_setting('plan_cache_mode') as plans,
      current_setting('jit') as jit, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`
  expect(row).toEqual({
    isolation: 'read committed',
    plans: 'force_custom_plan',
    jit: 'off',
    fsync: 'on',
    commit: 'on',
  })
})

test('columns are camelCase, keys inside JSON stay as they are, and bigint is a number', async () => {
  const [row] = await db.database.sql`
    select 9007199254740991::bigint as some_number, '{"snake_key": 1}'::json as some_json`
  expect(row).toEqual({ someNumber: 9007199254740991, someJson: { snake_key: 1 } })
})
