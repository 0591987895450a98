import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../../db/connect.ts'
import { isTransient } from '../../db/index.ts'
import { postgresStore } from '../../db/store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a statement that is not answered fails in time, as something to be repeated', async () => {
  const { sql } = database.database
  const other = createPool(database.url, 1)
  try {
    const store = postgresStore(sql, sql, 200)
    await other`begin`
    await other`lock table system in access exclusive mode`
    const error: unknown = await store.systemHead('any').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'no answer within 0.2 s' })
    expect(isTransient(error)).toBe(true)
    await other`rollback`
    expect(await postgresStore(sql, sql).systemHead('any')).toEqual([])
  } finally {
    await other.end({ timeout: 5 })
  }
})
