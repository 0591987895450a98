import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

vi.setConfig({ testTimeout: 240_000 })

const folder = makeFolder()
const repository = path.join(folder.path, 'repository')
const file = path.join(folder.path, 'adjutant.backup')
let databases: [TestDatabase, TestDatabase, TestDatabase]

const envOf = (database: TestDatabase) => ({
  ...{ DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home'), ADJUTANT_LEASE_MS: '1000' },
})
const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' })

beforeAll(async () => {
  databases = [await createTestDatabase(), await createTestDatabase(), await createTestDatabase()]
  mkdirSync(repository)
  git('init', '-q', '-b', 'main')
  git('-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '-q', '--allow-empty', '-m', 'first')
})
afterAll(async () => {
  for (const database of databases) await database.drop()
  folder.remove()
})

function directive(): string {
  const name = path.join(folder.path, 'directive.yaml')
  const go = path.join(folder.path, 'go')
  const shell = `touch ${folder.path}/begun; until [ -e ${go} ]; do sleep 0.1; done; echo 42 > answer.txt`
  const step = {
    ...{ name: 'answer', type: 'implement', description: 'write the answer' },
    contract: { executor: { kind: 'command', shell } },
    verifiers: [{ name: 'right', shell: 'grep -qx 42 answer.txt' }],
  }
  const rest = { autonomy: 'full_auto', repository: { path: repository } }
  writeFileSync(name, JSON.stringify({ title: 'Answer', goal: '42', ...rest, chain: { name: 'a', steps: [step] } }))
  return name
}

test('what was under way when its process died goes on in another database, from a backup', async () => {
  const [first, second] = databases
  const running = startAdjutant(['run', directive()], { env: envOf(first) })
  await vi.waitFor(() => expect(existsSync(path.join(folder.path, 'begun'))).toBe(true), { timeout: 60_000 })
  running.kill('SIGKILL')
  await running.ended
  const id = /directive ([0-9a-f-]{36})/.exec(running.stdout())![1]!

  const made = await runAdjutant(['backup', file], { env: envOf(first) })
  expect(made.code, made.stderr).toBe(0)
  expect(made.stdout).toContain('holds what the database knew a moment ago')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const again = await runAdjutant(['backup', file], { env: envOf(first) })
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')])

  // The process is dead, but its lease runs on for a second.
  await vi.waitFor(
    async () => {
      const restored = await runAdjutant(['restore', file], { env: envOf(second) })
      expect(restored.code, restored.stderr).toBe(0)
      expect(restored.stdout).toMatch(/is back: \d+ systems, \d+ entries/)
    },
    { timeout: 90_000 },
  )
  expect((await runAdjutant(['restore', file], { env: envOf(second) })).stderr).toContain('holds directives already')

  writeFileSync(path.join(folder.path, 'go'), '')
  const ended = await runAdjutant(['run', id], { env: envOf(second) })
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(git('show', `adjutant/${id}/result:answer.txt`)).toBe('42\n')
})

test('what is no backup, damaged or cut short is refused with words', async () => {
  const [first, , empty] = databases
  const broken = path.join(folder.path, 'broken')
  const refusal = async () => (await runAdjutant(['restore', broken], { env: envOf(empty) })).stderr
  expect(await refusal()).toContain('cannot be read (ENOENT)')
  writeFileSync(broken, 'something else')
  expect(await refusal()).toContain('is no backup of Adjutant, or damaged')
  writeFileSync(broken, readFileSync(file).subarray(0, 1000))
  expect(await refusal()).toContain('ends too early: nothing was restored')
  const nowhere = await runAdjutant(['backup', path.join(folder.path, 'no/such/folder/b')], { env: envOf(first) })
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('cannot be written (ENOENT)')])
})
