import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { describeSchema } from '../../db/describe-schema.ts'
import { createTestDatabase } from '../support/database.ts'

test('db/schema.sql shows the schema that the migrations make (else: npm run schema)', async () => {
  const { database, drop } = await createTestDatabase()
  try {
    const committed = await readFile(new URL('../../db/schema.sql', import.meta.url), 'utf8')
    expect(await describeSchema(database.sql)).toBe(committed)
  } finally {
    await drop()
  }
})
