import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { embeddedStatus, openDatabase, openEmbedded, stopEmbedded } from '../../db/index.ts'
import { isRunning } from '../../db/embedded/process-identity.ts'
import { makeHome } from '../support/embedded-home.ts'
import { openUser } from '../support/embedded-users.ts'

const soon = { timeout: 80_000, interval: 25 }
const stopped = (home: string) => () => expect(embeddedStatus(home)).toMatchObject({ state: 'stopped', inUse: false })
const watchdogOf = (home: string) => Number(readFileSync(path.join(home, 'postgres/watchdog.pid'), 'utf8'))

vi.setConfig({ testTimeout: 180_000 })

test('two processes share one server, which goes when both have left', async () => {
  const home = makeHome()
  expect(embeddedStatus(home).state).toBe('absent')
  const first = await openUser(home)
  const second = await openUser(home)
  expect(second.opened.pid).toBe(first.opened.pid)
  await first.run('create table note (text text)')
  await first.run(`insert into note values ('from the first')`)
  await first.leave()
  expect(await second.run('select text from note')).toEqual([{ text: 'from the first' }])
  expect(embeddedStatus(home)).toMatchObject({ state: 'running', inUse: true, pid: first.opened.pid })
  await second.leave()
  expect(embeddedStatus(home)).toMatchObject({ state: 'running', inUse: false })
  await vi.waitFor(stopped(home), soon)
  await vi.waitFor(() => expect(isRunning(watchdogOf(home), 'watchdog', home)).toBe(false), soon)
})

test('a user who comes within the grace period finds the same server', async () => {
  const home = makeHome()
  const first = await openUser(home, { graceMs: 60_000 })
  await first.leave()
  const second = await openUser(home)
  expect(second.opened.pid).toBe(first.opened.pid)
  await second.leave()
})

test('four processes that start at the same time on an empty home make one server', async () => {
  const home = makeHome()
  const users = await Promise.all([1, 2, 3, 4].map(() => openUser(home)))
  expect(new Set(users.map((user) => user.opened.pid)).size).toBe(1)
  expect(new Set(users.map((user) => user.opened.error))).toEqual(new Set([undefined]))
  await Promise.all(users.map((user) => user.leave()))
})

test('the server is stopped after its last user was killed', async () => {
  const home = makeHome()
  const user = await openUser(home)
  await user.kill()
  await vi.waitFor(stopped(home), soon)
  expect(isRunning(user.opened.pid, home)).toBe(false)
})

test('a server that is killed comes back for its users, at the same port, with all that was committed', async () => {
  const home = makeHome()
  const user = await openUser(home)
  await user.run('create table note (text text)')
  await user.run(`insert into note values ('committed')`)
  process.kill(user.opened.pid, 'SIGKILL')
  // A moment long the killed one is still there.
  await vi.waitFor(() => expect(embeddedStatus(home).pid ?? user.opened.pid).not.toBe(user.opened.pid), soon)
  expect(embeddedStatus(home).port).toBe(user.opened.port)
  await vi.waitFor(async () => expect(await user.run('select text from note')).toEqual([{ text: 'committed' }]), soon)
  await user.leave()
})

test('stopEmbedded stops it for good, whoever uses it', async () => {
  const home = makeHome()
  const user = await openUser(home)
  expect(await stopEmbedded(home)).toBe(true)
  expect(isRunning(user.opened.pid, home)).toBe(false)
  expect(isRunning(watchdogOf(home), 'watchdog', home)).toBe(false)
  expect(await stopEmbedded(home)).toBe(false)
  const next = await openUser(home)
  expect(next.opened).toMatchObject({ state: 'running' })
  await Promise.all([user.leave(), next.leave()])
})

test('the password is a secret of the user, and the server listens on loopback only', async () => {
  const home = makeHome()
  const user = await openUser(home)
  const file = path.join(home, 'postgres/password')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toMatch(/^[\w-]{32}$/)
  expect(statSync(user.opened.data).mode & 0o077).toBe(0)
  const rows = await user.run(
    `select name, setting from pg_settings where name in ('listen_addresses',
    'unix_socket_directories', 'fsync', 'synchronous_commit', 'full_page_writes') order by name`.replaceAll('\n', ' '),
  )
  expect(Object.fromEntries(rows.map((row: { name: string; setting: string }) => [row.name, row.setting]))).toEqual({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
  })
  const rules = await user.run('select distinct auth_method from pg_hba_file_rules')
  expect(rules).toEqual([{ authMethod: 'scram-sha-256' }])
  const wrong = user.opened.url.replace(/:[^:@]*@/, ':wrong@')
  await expect(openDatabase(wrong)).rejects.toMatchObject({ code: 'database.password' })
  await user.leave()
})

test('a home that is removed is forgotten: the next one starts empty', async () => {
  const home = makeHome()
  const user = await openUser(home)
  await user.run('create table note (text text)')
  await stopEmbedded(home)
  await user.kill()
  rmSync(home, { recursive: true })
  expect(existsSync(home)).toBe(false)
  const next = await openUser(home)
  expect(await next.run(`select to_regclass('note') as note`)).toEqual([{ note: null }])
  await next.leave()
})

test('a home that cannot be used is refused in one line', async () => {
  const home = makeHome()
  writeFileSync(path.join(home, 'file'), '')
  await expect(openEmbedded({ home: path.join(home, 'file') })).rejects.toMatchObject({
    code: 'database.embedded',
    message: expect.stringMatching(/^the embedded database does not start .*DATABASE_URL.*file/),
  })
})

test('data of another major version of Postgres is refused with words, and left as it is', async () => {
  const home = makeHome()
  await (await openEmbedded({ home })).close()
  await stopEmbedded(home)
  const version = path.join(embeddedStatus(home).data!, 'PG_VERSION')
  writeFileSync(version, '17\n')
  await expect(openEmbedded({ home })).rejects.toMatchObject({
    code: 'database.other_version',
    message: expect.stringMatching(/was made by Postgres 17, and this version of Adjutant brings 18: take a backup/),
  })
  expect(embeddedStatus(home).state).toBe('stopped')
  writeFileSync(version, '18\n')
  await (await openEmbedded({ home })).close()
})
