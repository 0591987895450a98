import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type GitHub, startGitHub } from '../support/github.ts'

vi.setConfig({ testTimeout: 120_000 })

const token = 'token-canary-0815'
const folder = makeFolder()
let database: TestDatabase
let github: GitHub
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(async () => {
  github = await startGitHub(token)
  const home = path.join(folder.path, 'home')
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: home, ADJUTANT_LEASE_MS: '1000', GITHUB_TOKEN: token }
})
afterEach(() => github.close())
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=P', '-c', 'user.email=p@example.org', ...args], {
    cwd,
    encoding: 'utf8',
  }).trim()

let projects = 0
/** A repository, the bare one it was cloned from, and a directive for it that makes a pull request. */
function project() {
  const root = path.join(folder.path, `project-${++projects}`)
  const bare = path.join(root, 'acme', 'widgets.git')
  const repository = path.join(root, 'widgets')
  for (const place of [bare, repository]) mkdirSync(place, { recursive: true })
  git(bare, 'init', '-q', '--bare', '-b', 'main')
  git(repository, 'init', '-q', '-b', 'main')
  git(repository, 'commit', '-q', '--allow-empty', '-m', 'first')
  git(repository, 'remote', 'add', 'origin', bare)
  git(repository, 'push', '-q', 'origin', 'main')
  const verifiers = [{ name: 'there', argv: ['test', '-s', 'hello.txt'] }]
  const executor = { kind: 'command', shell: 'echo hello > hello.txt' }
  const step = { name: 'greet', type: 'implement', description: 'say hello', contract: { executor }, verifiers }
  const directive = {
    title: 'Say hello',
    goal: 'hello.txt greets',
    autonomy: 'full_auto',
    repository: { path: repository },
    acceptanceCriteria: [{ id: 'greets', text: 'it greets', verify: ['grep', 'hello', 'hello.txt'] }],
    pullRequest: { via: 'api', apiUrl: github.url },
    chain: { name: 'c', steps: [step] },
  }
  const file = path.join(root, 'directive.json')
  writeFileSync(file, JSON.stringify(directive))
  return { bare, repository, file }
}

const run = (...args: string[]) => runAdjutant(args, { env })
const idOf = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!

test('a good result ends as a draft pull request, and its address is said', async () => {
  const { bare, repository, file } = project()
  const { code, stdout, stderr } = await run('run', file)
  expect([code, stderr]).toEqual([0, ''])
  const branch = `adjutant/${idOf(stdout)}/result`
  const url = `${github.url}/acme/widgets/pull/1`
  expect(stdout).toContain(`pull request    ${url}`)
  expect(github.pulls).toMatchObject([{ title: 'Say hello', head: branch, base: 'main', draft: true }])
  expect(github.pulls[0]!.body).toContain('| ✅ met | greets: it greets |')
  expect(git(bare, 'show', `${branch}:hello.txt`)).toBe('hello')
  expect(git(bare, 'rev-parse', branch)).toBe(git(repository, 'rev-parse', branch))
  const shown = (await run('show', '--json', idOf(stdout))).values()[0]
  expect(shown.publication).toMatchObject({ url, number: 1, created: true })
})

test('what cannot be published waits for a person, and resumed it is published, once', async () => {
  const { file, bare } = project()
  const forbidden = { status: 403, body: { message: 'Resource not accessible by personal access token' } }
  github.refuse(forbidden)
  const stopped = await run('run', file)
  expect(stopped.code).toBe(3)
  expect(stopped.stdout).toContain('publishing.failed: publishing.api_refused: GET was answered 403')
  const id = idOf(stopped.stdout)
  expect(git(bare, 'branch', '--list', `adjutant/${id}/result`)).not.toBe('')
  expect(github.pulls).toEqual([])
  await run('resume', id)
  const resumed = await run('run', id)
  expect(resumed.code).toBe(0)
  expect(github.pulls).toHaveLength(1)
})

test('a process killed before it could note the pull request down makes no second one', async () => {
  const { file } = project()
  const killed = await runAdjutant(['run', file], { env: { ...env, ADJUTANT_CRASH_AT: 'activity.ran.publisher:1' } })
  expect(killed.signal).toBe('SIGKILL')
  expect(github.pulls).toHaveLength(1)
  const { code } = await run('run', idOf(killed.stdout))
  expect(code).toBe(0)
  expect(github.pulls).toMatchObject([{ number: 1, state: 'open' }])
  const shown = (await run('show', '--json', idOf(killed.stdout))).values()[0]
  expect(shown.publication).toMatchObject({ number: 1, created: false })
})
