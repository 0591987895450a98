import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isTransient, openDatabase } from '../../db/index.ts'
import { createPool, type OpenOptions } from '../../db/connect.ts'
import { requireMajor } from '../../db/requirements.ts'
import { createTestDatabase, onServer, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const change = (edit: (url: URL) => void): string => {
  const url = new URL(db.url)
  edit(url)
  return url.href
}

/** The refusal of `url`; one line, and never the password. */
async function refusal(url: string, options: OpenOptions = {}): Promise<{ code: string; message: string }> {
  const error = await openDatabase(url, options).then(
    () => expect.unreachable(`${url} was opened`),
    (error) => error,
  )
  expect(error.message).not.toContain('\n')
  if (URL.canParse(url) && new URL(url).password) expect(error.message).not.toContain(new URL(url).password)
  return { code: error.code, message: error.message }
}

describe('a database that cannot be used is refused with one clear line', () => {
  test.each(['nonsense', 'http://localhost/x', ''])('a URL that is none of Postgres: %o', async (url) => {
    expect(await refusal(url)).toMatchObject({
      code: 'database.invalid_url',
      message: expect.stringContaining('postgres://'),
    })
  })

  test('a port where nothing listens', async () => {
    const { port } = await reserve()
    expect(await refusal(change((url) => (url.port = `${port}`)))).toEqual({
      code: 'database.unreachable',
      message: `nothing listens at 127.0.0.1:${port}: start the server, or correct the database URL`,
    })
  })

  test('a host that does not exist', async () => {
    expect(await refusal(change((url) => (url.hostname = 'no-such-host.invalid')))).toMatchObject({
      code: 'database.unreachable',
      message: expect.stringContaining('no-such-host.invalid'),
    })
  })

  test('a program that is not Postgres', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    try {
      expect(
        await refusal(
          change((url) => (url.port = `${port}`)),
          { timeoutMs: 500 },
        ),
      ).toMatchObject({ code: 'database.unreachable', message: expect.stringContaining('no Postgres answers at') })
    } finally {
      other.close()
    }
  })

  test('a wrong password', async () => {
    expect(await refusal(change((url) => (url.password = 'wrong-guess')))).toMatchObject({
      code: 'database.password',
      message: expect.stringContaining('refuses user "adjutant": check user and password'),
    })
  })

  test('a role that does not exist', async () => {
    expect(await refusal(change((url) => (url.username = 'stranger')))).toMatchObject({ code: 'database.password' })
  })

  test('a database that does not exist', async () => {
    expect(await refusal(change((url) => (url.pathname = '/nowhere')))).toMatchObject({
      code: 'database.missing',
      message: expect.stringContaining('has no database "nowhere": make it with createdb nowhere'),
    })
  })

  test('a server older than 15', async () => {
    // The server is real, its version is not: a function of the same name found first on the role's search path.
    await onServer(`create role old_timer login password 'old' in role pg_read_all_data`)
    await db.database.sql.unsafe(`
      create schema fake;
      create function fake.current_setting(text) returns text language sql as $$ select '140011' $$;
      grant usage on schema fake to old_timer;
      alter role old_timer set search_path = fake, pg_catalog`)
    const url = change((url) => ((url.username = 'old_timer'), (url.password = 'old')))
    try {
      expect(await refusal(url)).toEqual({
        code: 'database.too_old',
        message: 'the server runs Postgres 14, Adjutant needs 15 or newer: upgrade it or use another server',
      })
    } finally {
      await db.database.sql.unsafe('drop schema fake cascade; drop owned by old_timer; drop role old_timer')
    }
    expect(() => requireMajor(150_000)).not.toThrow()
  })
})

describe('missing rights', () => {
  const url = (database: string) => database.replace(/\/\/[^@]*@/, '//guest:guest-pw@')
  beforeAll(() => onServer(`create role guest login password 'guest-pw'`))
  afterAll(() => onServer('drop role guest'))

  test('a role that may not create tables in a new database', async () => {
    const empty = await createTestDatabase({ template: 'template0' })
    try {
      expect(await refusal(url(empty.url))).toEqual({
        code: 'database.rights',
        message:
          'role "guest" may not create tables in schema "public": grant create, usage on schema public to "guest"',
      })
    } finally {
      await empty.drop()
    }
  })

  test('a role that may not see into the schema', async () => {
    const closed = await createTestDatabase()
    await closed.database.sql`revoke usage on schema public from public`
    try {
      expect(await refusal(url(closed.url))).toMatchObject({ code: 'database.rights' })
    } finally {
      await closed.drop()
    }
  })

  test('a role that may read but not write the tables of a database in use', async () => {
    const shared = await createTestDatabase()
    try {
      expect(await refusal(url(shared.url))).toMatchObject({ code: 'database.rights' })
      await shared.database.sql`grant select on all tables in schema public to guest`
      expect(await refusal(url(shared.url))).toMatchObject({
        code: 'database.rights',
        message: expect.stringMatching(/^role "guest" may not read and write activity, actor, .*: grant select/),
      })
      await shared.database.sql`grant insert, update, delete on all tables in schema public to guest`
      await (await openDatabase(url(shared.url))).close()
    } finally {
      await shared.drop()
    }
  })
})

test('a statement whose connection the server ends may be repeated, one with a mistake may not', async () => {
  const victim = await openDatabase(db.url, { max: 1 })
  try {
    const [backend] = await victim.sql`select pg_backend_pid() as pid`
    const sleeping = victim.sql`select pg_sleep(30)`.catch((error) => error)
    await vi.waitFor(async () => {
      const [activity] = await db.database.sql`select state from pg_stat_activity where pid = ${backend!.pid}`
      expect(activity).toEqual({ state: 'active' })
    })
    await db.database.sql`select pg_terminate_backend(${backend!.pid})`
    expect(isTransient(await sleeping)).toBe(true)
    expect(isTransient(await db.database.sql`select 1 / 0`.catch((error) => error))).toBe(false)
    await vi.waitFor(async () => expect(await victim.sql`select 1 as one`).toHaveLength(1))
  } finally {
    await victim.close()
  }
})

async function reserve(): Promise<AddressInfo> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return address
}

test('a server that was away for seconds is found again within one or two of its return', async () => {
  const { port } = await reserve()
  const target = new URL(db.url)
  const pool = createPool(
    change((url) => (url.port = String(port))),
    8,
  )
  const door = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    for (const socket of [client, server]) socket.on('error', () => {})
    client.pipe(server).pipe(client)
  })
  try {
    // Enough failures for a wait that grows with each to have become a long one.
    const tries = () => Array.from({ length: 8 }, () => pool`select 1`.catch(() => {}))
    for (let round = 0; round < 4; round++) await Promise.all(tries())
    await once(door.listen(port, '127.0.0.1'), 'listening')
    const back = performance.now()
    while (!(await pool`select 1`.catch(() => undefined)));
    expect(performance.now() - back).toBeLessThan(8_000)
  } finally {
    await pool.end({ timeout: 0 })
    door.close()
  }
})
