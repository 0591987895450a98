import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPool } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'
import { type Migration, readMigrations } from '../../db/migration-files.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

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
    message:
      'the database has schema version 2 (0002-pear.sql), and this Adjutant knows version 1 (0001-fruit.sql): ' +
      'use the newer Adjutant that has migrated it',
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

test('a migration that fails leaves nothing of itself behind, and the next start tries it again', async () => {
  const broken = await write({ ...files, '0002-pear.sql': "insert into fruit values ('pear'); select 1 / 0" })
  await expect(migrate(db.database.sql, broken)).rejects.toMatchObject({ code: '22012' })
  expect(await fruit()).toEqual(['apple'])
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

const onlineFiles = {
  ...files,
  '0003-by-name.sql': '-- online\n-- Sorted lists.\ncreate index concurrently by_name on fruit (name desc);\n',
  '0004-plum.sql': "insert into fruit values ('plum')",
}

const byName = async () =>
  (await db.database.sql`select indisvalid from pg_index where indexrelid = to_regclass('by_name')`)[0]
const ledger = async () =>
  (await db.database.sql`select number from migration order by number`).map((row) => row.number)

/** A transaction that sees the database as it is now: an index cannot be built concurrently before it has ended. */
async function onlooker() {
  const sql = createPool(db.url, 1)
  await sql`begin isolation level repeatable read`
  await sql`select count(*) from fruit`
  return {
    async leave() {
      await sql`commit`
      await sql.end()
    },
  }
}

const building = () =>
  db.database.sql<{ pid: number; wait: string | null }[]>`
    select pid, wait_event_type as wait from pg_stat_activity
    where datname = current_database() and state = 'active' and query like 'create index concurrently%'`

/** The session that builds the index waits for the onlooker. */
const stuck = () =>
  eventually(async () => {
    const [session] = await building()
    expect(session?.wait).toBe('Lock')
    return session!.pid
  })

test('an online migration runs outside of a transaction, and others read and write meanwhile', async () => {
  await migrate(db.database.sql, await write(files))
  const migrations = await write(onlineFiles)
  const old = await onlooker()
  const migrating = migrate(db.database.sql, migrations)
  await stuck()
  await db.database.sql`insert into fruit values ('quince')`
  expect(await fruit()).toEqual(['apple', 'pear', 'quince'])
  await old.leave()
  await migrating
  expect(await byName()).toEqual({ indisvalid: true })
  expect(await fruit()).toEqual(['apple', 'pear', 'plum', 'quince'])
})

test('processes that start while another builds an index wait for it without holding it up', async () => {
  await migrate(db.database.sql, await write(files))
  const migrations = await write(onlineFiles)
  const old = await onlooker()
  const pools = Array.from({ length: 3 }, () => createPool(db.url, 2))
  try {
    const all = Promise.all(pools.map((sql) => migrate(sql, migrations)))
    await stuck()
    await old.leave()
    await all
  } finally {
    await Promise.all(pools.map((sql) => sql.end()))
  }
  expect(await ledger()).toEqual([1, 2, 3, 4])
})

test('an index whose build was cut short is dropped and built again', async () => {
  await migrate(db.database.sql, await write(files))
  const migrations = await write(onlineFiles)
  const old = await onlooker()
  const sql = createPool(db.url, 2)
  const migrating = expect(migrate(sql, migrations)).rejects.toThrow()
  await db.database.sql`select pg_terminate_backend(${await stuck()})`
  await migrating
  await sql.end({ timeout: 0 })
  await old.leave()
  expect(await byName()).toEqual({ indisvalid: false })
  expect(await ledger()).toEqual([1, 2])
  await migrate(db.database.sql, migrations)
  expect(await byName()).toEqual({ indisvalid: true })
  expect(await ledger()).toEqual([1, 2, 3, 4])
})

test('a process killed in the middle is followed by one that finishes', async () => {
  const slow = { ...onlineFiles, '0002-pear.sql': "insert into fruit values ('pear'); select pg_sleep(1);" }
  const migrations = await write(slow)
  const fixture = new URL('fixtures/migrating.mjs', import.meta.url).pathname
  const child = spawn(process.execPath, [fixture, db.url, String(pathToFileURL(`${folder}/`))], { stdio: 'inherit' })
  const over = once(child, 'exit')
  await eventually(async () => {
    const found = await db.database
      .sql`select from pg_stat_activity where query like '%pg_sleep(1)%' and pid <> pg_backend_pid()`
    expect(found).toHaveLength(1)
  })
  child.kill('SIGKILL')
  await over
  await migrate(db.database.sql, migrations)
  expect(await fruit()).toEqual(['apple', 'pear', 'plum'])
  expect(await ledger()).toEqual([1, 2, 3, 4])
})

test('who migrates for too long is named', async () => {
  await migrate(db.database.sql, await write(files))
  const migrations = await write(onlineFiles)
  const old = await onlooker()
  const migrating = migrate(db.database.sql, migrations)
  const pid = await stuck()
  await expect(migrate(db.database.sql, migrations, { patienceMs: 0 })).rejects.toMatchObject({
    code: 'database.migrating',
    message: expect.stringContaining(`session ${pid} (adjutant)`),
  })
  await old.leave()
  await migrating
})

test('a table that another session holds is asked for again and again, so that nobody queues behind the wait', async () => {
  await migrate(db.database.sql, await write(files))
  const migrations = await write({ ...files, '0003-colour.sql': 'alter table fruit add column colour text' })
  const old = await onlooker()
  await expect(migrate(db.database.sql, migrations, { tablesMs: 0 })).rejects.toMatchObject({
    code: 'database.blocked',
  })
  const migrating = migrate(db.database.sql, migrations)
  expect(await fruit()).toEqual(['apple', 'pear'])
  await old.leave()
  await migrating
  expect(await ledger()).toEqual([1, 2, 3])
})

test('what cannot be repeated is no part of an online migration', async () => {
  await expect(write({ ...files, '0003-more.sql': "-- online\ninsert into fruit values ('fig')" })).rejects.toThrow(
    'migration 0003-more.sql is marked as online',
  )
})
