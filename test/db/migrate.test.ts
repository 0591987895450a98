import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPool } from '../../db/connect.ts'
import { migrate, readMigrations, type Migration } from '../../db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let folder: string
let db: TestDatabase
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'adjutant-migrations-'))
  db = await createTestDatabase({ template: 'template0' })
})
afterEach(async () => {
  await db.drop()
  await rm(folder, { recursive: true, force: true })
})

const files = {
  '0001-fruit.sql': "create table fruit (name text primary key);\ninsert into fruit values ('apple');\n",
  '0002-pear.sql': "insert into fruit values ('pear');",
}

async function write(contents: Record<string, string>): Promise<Migration[]> {
  for (const [name, text] of Object.entries(contents)) await writeFile(path.join(folder, name), text)
  return await readMigrations(pathToFileURL(`${folder}/`))
}

const fruit = async () => (await db.database.sql`select name from fruit order by name`).map((row) => row.name)

test('a fresh database gets every migration, in order, and a ledger of them', async () => {
  await migrate(db.database.sql, await write(files))
  expect(await fruit()).toEqual(['apple', 'pear'])
  const ledger = await db.database.sql`select number, name from migration order by number`
  expect([...ledger]).toEqual([
    { number: 1, name: '0001-fruit.sql' },
    { number: 2, name: '0002-pear.sql' },
  ])
})

test('a database that lags behind gets only what it lacks', async () => {
  await migrate(db.database.sql, await write({ '0001-fruit.sql': files['0001-fruit.sql'] }))
  await migrate(db.database.sql, await write(files))
  expect(await fruit()).toEqual(['apple', 'pear'])
})

test('eight processes that start at once apply each migration once', async () => {
  const migrations = await write(files)
  const pools = Array.from({ length: 8 }, () => createPool(db.url, 2))
  try {
    await Promise.all(pools.map((sql) => migrate(sql, migrations)))
  } finally {
    await Promise.all(pools.map((sql) => sql.end()))
  }
  expect(await fruit()).toEqual(['apple', 'pear'])
})

test('a database that newer code has migrated is refused', async () => {
  const [first] = await write(files)
  await migrate(db.database.sql, await write(files))
  await expect(migrate(db.database.sql, [first!])).rejects.toMatchObject({
    code: 'database.newer',
    message: expect.stringMatching(/0002-pear\.sql.*use the newer version/),
  })
})

test('a migration changed after it was applied is refused', async () => {
  await migrate(db.database.sql, await write(files))
  const changed = await write({ '0001-fruit.sql': 'create table fruit (name text);' })
  await expect(migrate(db.database.sql, changed)).rejects.toMatchObject({
    code: 'database.changed',
    message: expect.stringContaining('0001-fruit.sql'),
  })
})

test('a migration that fails leaves nothing behind, and the next start tries again', async () => {
  const broken = await write({ ...files, '0002-pear.sql': "insert into fruit values ('pear'); select 1 / 0" })
  await expect(migrate(db.database.sql, broken)).rejects.toMatchObject({ code: '22012' })
  const [row] = await db.database.sql`select to_regclass('fruit') as fruit, to_regclass('migration') as ledger`
  expect(row).toEqual({ fruit: null, ledger: null })
  await migrate(db.database.sql, await write(files))
  expect(await fruit()).toEqual(['apple', 'pear'])
})

test('the line ends of a checkout make no difference', async () => {
  await migrate(db.database.sql, await write(files))
  const windows = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]))
  await migrate(db.database.sql, await write(windows))
  expect(await fruit()).toEqual(['apple', 'pear'])
})

test('a gap or a slip in the numbers is an error, not a migration left out', async () => {
  await expect(write({ '0002-pear.sql': '' })).rejects.toThrow('should be number 1')
  await rm(path.join(folder, '0002-pear.sql'))
  await expect(write({ '1-fruit.sql': '' })).rejects.toThrow('no four-digit number')
})
