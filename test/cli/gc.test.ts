import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

vi.setConfig({ testTimeout: 120_000 })

const folder = makeFolder()
const repository = path.join(folder.path, 'repository')
const home = path.join(folder.path, 'home')
let database: TestDatabase
let env: Record<string, string>

const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' })
const run = (...args: string[]) => runAdjutant(args, { env })

beforeAll(async () => {
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: home, ADJUTANT_LEASE_MS: '1000' }
  mkdirSync(repository)
  writeFileSync(path.join(repository, 'answer.txt'), '41\n')
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '-qm', 'first')
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

function directive(title: string, check: string): string {
  const file = path.join(folder.path, `${title}.yaml`)
  const step = {
    ...{ name: 'answer', type: 'implement', description: 'write the answer' },
    contract: { executor: { kind: 'command', shell: 'echo 42 > answer.txt; echo it is done' } },
    verifiers: [{ name: 'right', shell: check }],
  }
  const rest = { repository: { path: repository }, limits: { maxReworkCycles: 0 } }
  writeFileSync(
    file,
    JSON.stringify({ title, goal: '42', autonomy: 'full_auto', ...rest, chain: { name: 'a', steps: [step] } }),
  )
  return file
}

const idIn = (text: string) => /directive ([0-9a-f-]{36})/.exec(text)![1]!

test('says what can go and what stays, and why; removes it only with --apply, and nothing of what is not merged', async () => {
  const good = await run('run', directive('good', 'true'))
  expect(good.code, good.stderr).toBe(0)
  const bad = await run('run', directive('bad', 'false'))
  const [goodId, badId] = [idIn(good.stdout), idIn(bad.stdout)]
  expect((await run('gc')).stdout).toBe('Nothing lies here that is not needed.\n')
  expect((await run('stop', badId)).code).toBe(0)

  const told = await run('gc', '--older-than', '0', '--json')
  expect(told.code, told.stderr).toBe(0)
  const facts = told.values().map(({ kind, directiveId, goes, removed }) => ({ kind, directiveId, goes, removed }))
  expect(facts).toEqual([
    { kind: 'worktree', directiveId: badId, goes: false, removed: false },
    { kind: 'records', directiveId: badId, goes: true, removed: false },
    { kind: 'records', directiveId: goodId, goes: true, removed: false },
  ])
  expect(told.stderr).toContain('commits that are not in adjutant/')
  expect(told.stderr).toContain('Nothing was changed.')
  expect((await run('logs', goodId, 'answer')).stdout).toBe('it is done\n')

  const applied = await run('gc', '--older-than', '0', '--apply')
  expect(applied.code, applied.stderr).toBe(0)
  expect(applied.stdout).toMatch(/removed\.\n1 stay: nobody has merged what they hold, or can tell\.\n$/)
  expect(readdirSync(path.join(home, 'contracts'))).toEqual([])
  expect(existsSync(path.join(home, 'worktrees', badId, 'answer-g1/answer.txt'))).toBe(true)
  const logs = await run('logs', goodId, 'answer')
  expect(logs.stderr).toContain('it is removed by `adjutant gc`')

  expect((await run('gc', '--apply', '--discard', badId)).code).toBe(0)
  expect(existsSync(path.join(home, 'worktrees', badId))).toBe(false)
  expect(git('show', `adjutant/${badId}/steps/answer-g1:answer.txt`)).toBe('42\n')
  expect(git('show', `adjutant/${goodId}/result:answer.txt`)).toBe('42\n')
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1)
  expect((await run('show', goodId)).code).toBe(0)
})

test('while somebody serves it goes by itself, with what is old of histories, and says from where on one is kept', async () => {
  const done = await run('run', directive('aged', 'true'))
  const id = idIn(done.stdout)
  await database.database.sql`update journal set at = at - ${8 * 24 * 60 * 60_000}::bigint where system_id = ${id}`
  const config = path.join(home, 'config.yaml')
  writeFileSync(config, 'retention: { completedDays: 0, failedDays: 0 }\ngc: { everyHours: 0.0003 }\n')
  const told = (await run('gc', '--json')).values().find(({ kind }) => kind === 'history')
  expect(told).toMatchObject({ path: id, directiveId: id, goes: true, removed: false })
  expect(told.reason).toMatch(/^\d+ entries of the database, older than 7 days$/)
  const server = startAdjutant(['serve', '--port', '0'], { env })
  await eventually(() => expect(existsSync(path.join(home, 'contracts', id))).toBe(false), 60_000)
  await eventually(() => expect(server.stdout()).toMatch(/Cleaned up: .* removed\./), 60_000)
  server.kill('SIGINT')
  expect((await server.ended).code).toBe(0)
  writeFileSync(config, '')
  const events = await run('events', id)
  expect([events.code, events.stderr]).toEqual([
    0,
    expect.stringMatching(/^What happened before entry \d+ is kept no more\.\n$/),
  ])
  expect((await run('show', id)).stdout).toContain('completed')
  expect((await run('gc')).stdout).toBe('Nothing lies here that is not needed.\n')
})

test('mistakes in config.yaml are told by their place, and nothing is removed', async () => {
  writeFileSync(path.join(home, 'config.yaml'), 'retention:\n  completedDays: -1\n')
  const { code, stdout } = await run('gc', '--apply')
  expect(code).toBe(2)
  expect(stdout).toMatch(/config\.yaml:2:\d+/)
})
