import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { embeddedStatus, stopEmbedded } from '../../db/index.ts'
import { isRunning } from '../../db/embedded/process-identity.ts'
import { makeHome } from '../support/embedded-home.ts'
import { launchUser, openUser, type EmbeddedUser } from '../support/embedded-users.ts'

const soon = { timeout: 80_000, interval: 5 }
const isRoot = process.getuid?.() === 0
// Children of root's server run as nobody; so must the program that gets a stale pid, for Postgres to mind it.
const owner = isRoot ? { uid: 65_534, gid: 65_534 } : {}

vi.setConfig({ testTimeout: 180_000 })

async function killEverything(home: string, user: EmbeddedUser): Promise<void> {
  const watchdog = Number(readFileSync(path.join(home, 'postgres/watchdog.pid'), 'utf8'))
  process.kill(watchdog, 'SIGKILL')
  process.kill(user.opened.pid, 'SIGKILL')
  await user.kill()
  await vi.waitFor(() => expect([user.opened.pid, watchdog].map((pid) => isRunning(pid))).toEqual([false, false]), soon)
}

async function userWithNote(home: string): Promise<EmbeddedUser> {
  const user = await openUser(home)
  await user.run('create table note (text text)')
  await user.run(`insert into note values ('committed')`)
  return user
}

async function expectNote(user: EmbeddedUser): Promise<void> {
  expect(user.opened.error).toBeUndefined()
  expect(await user.run('select text from note')).toEqual([{ text: 'committed' }])
  await user.leave()
}

test('after kill -9 of user, watchdog and server at once, the next user finds all that was committed', async () => {
  const home = makeHome()
  await killEverything(home, await userWithNote(home))
  await expectNote(await openUser(home))
})

test('a query that still runs in the killed server delays the next start, it does not prevent it', async () => {
  const home = makeHome()
  const user = await userWithNote(home)
  const witness = await openUser(home)
  void user.run(`select count(*), 'busy' from generate_series(1, 100000000000)`)
  await vi.waitFor(async () => {
    const busy = `select pid from pg_stat_activity where query like '%busy%' and pid <> pg_backend_pid()`
    expect(await witness.run(busy)).toHaveLength(1)
  }, soon)
  await witness.kill()
  await killEverything(home, user)
  await expectNote(await openUser(home))
})

test('a stale pid file whose number now belongs to another program is no obstacle', async () => {
  const home = makeHome()
  const user = await userWithNote(home)
  await killEverything(home, user)
  const other = spawn('sleep', ['600'], { ...owner, cwd: '/' })
  onTestFinished(() => void other.kill('SIGKILL'))
  const file = path.join(user.opened.data, 'postmaster.pid')
  const [, ...rest] = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, [String(other.pid), ...rest].join('\n'))
  await expectNote(await openUser(home))
  expect(other.exitCode).toBeNull()
})

test('when another program has taken its port, the server takes another', async () => {
  const home = makeHome()
  const user = await userWithNote(home)
  await killEverything(home, user)
  const thief = createServer()
  await new Promise<void>((resolve) => thief.listen(user.opened.port, '127.0.0.1', resolve))
  onTestFinished(() => void thief.close())
  const next = await openUser(home)
  expect(next.opened.port).not.toBe(user.opened.port)
  await expectNote(next)
})

test('a first start killed while it makes the data folder leaves nothing that the second would trip over', async () => {
  const home = makeHome()
  const first = launchUser(home)
  await vi.waitFor(() => {
    const state = path.join(home, 'postgres/state')
    const partial = readdirSync(state).find((name) => name.startsWith('new-') && !name.endsWith('.password'))
    expect(readdirSync(path.join(state, partial!))).toContain('base')
  }, soon)
  first.kill('SIGKILL')
  await once(first, 'exit')
  mkdirSync(path.join(home, 'postgres/state/new-00000000/base'), { recursive: true })
  const user = await openUser(home)
  expect(user.opened.error).toBeUndefined()
  expect(readdirSync(path.join(home, 'postgres/state'))).toEqual(['data'])
  await user.leave()
})

test('a user killed just after it started the server leaves one that is stopped', async () => {
  const home = makeHome()
  const user = launchUser(home)
  await vi.waitFor(() => expect(embeddedStatus(home).state).toBe('running'), soon)
  user.kill('SIGKILL')
  await once(user, 'exit')
  await vi.waitFor(() => expect(embeddedStatus(home).state).toBe('stopped'), soon)
  expect(await stopEmbedded(home)).toBe(false)
})
