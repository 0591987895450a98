import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createPool } from '../../db/connect.ts'
import { openDatabase, type Database } from '../../db/index.ts'

export type TestDatabase = { url: string; database: Database; drop(): Promise<void> }

/**
 * A database of its own with the current schema, cloned from the run's template (some 50 ms).
 * `drop` closes `database`, ends whoever else is connected, and removes it.
 */
export async function createTestDatabase(options: { max?: number; template?: string } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name} template ${options.template ?? 'template_migrated'}`)
  const url = inject('serverUrl').replace(/[^/]*$/, name)
  const database = await openDatabase(url, { max: options.max, migrate: !options.template })
  const drop = async () => {
    await database.close()
    await onServer(`drop database if exists ${name} with (force)`)
  }
  return { url, database, drop }
}

/** Runs one statement as superuser in the server's maintenance database. */
export async function onServer(statement: string): Promise<void> {
  const sql = createPool(inject('serverUrl'), 1)
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
