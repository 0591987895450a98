import { randomBytes } from 'node:crypto'
import { createPool, openDatabase, type Database } from './connect.ts'

/**
 * A new, empty database on the Postgres server of `url`, under whose user it must be allowed to create one; `close` drops it.
 * @throws DatabaseUnavailable, or what the server says
 */
export async function temporaryDatabase(url: string): Promise<Database> {
  const name = `adjutant_test_${randomBytes(6).toString('hex')}`
  await onServer(url, `create database ${name}`)
  const drop = () => onServer(url, `drop database if exists ${name} with (force)`)
  const own = new URL(url)
  own.pathname = `/${name}`
  try {
    const database = await openDatabase(own.href)
    return { ...database, close: (options) => database.close(options).finally(drop) }
  } catch (error) {
    await drop()
    throw error
  }
}

async function onServer(url: string, statement: string) {
  const sql = createPool(url, 1)
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
