import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

vi.setConfig({ testTimeout: 240_000 })

const folder = makeFolder()
const repository = path.join(folder.path, 'repository')
let database: TestDatabase
let env: Record<string, string>
let id: string

beforeAll(async () => {
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home'), ADJUTANT_LEASE_MS: '1000' }
  mkdirSync(repository)
  writeFileSync(path.join(repository, 'answer.txt'), '41\n')
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, stdio: 'ignore' })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '-qm', 'first')
  const ended = await run('run', file())
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  id = /directive ([0-9a-f-]{36})/.exec(ended.stdout)![1]!
}, 240_000)
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const run = (...args: string[]) => runAdjutant(args, { env })

/** The first attempt is wrong, the second right; both say something. */
function file(
  shell = 'n=$(cat ../n 2>/dev/null || echo 41); n=$((n+1)); echo "attempt says $n"; echo $n > answer.txt',
) {
  const name = path.join(folder.path, `directive-${shell.length}.yaml`)
  const wrongFirst = `test -e "$ADJUTANT_OUTBOX/../../attempt-2" && n=42 || n=40; ${shell.replace(/^n=[^;]*; n=[^;]*; /, '')}`
  const text = JSON.stringify({
    title: 'Answer',
    goal: 'the answer is 42',
    autonomy: 'full_auto',
    repository: { path: repository },
    chain: {
      name: 'answer',
      steps: [
        {
          name: 'answer',
          type: 'implement',
          description: 'write the answer',
          contract: { executor: { kind: 'command', shell: wrongFirst } },
          verifiers: [{ name: 'right', shell: 'cat answer.txt; grep -qx 42 answer.txt' }],
        },
      ],
    },
  })
  writeFileSync(name, text)
  return name
}

test('diff shows what the directive changed, and what a step delivered', async () => {
  for (const args of [
    ['diff', id],
    ['diff', id, 'answer'],
  ]) {
    const { stdout, code } = await run(...args)
    expect(code).toBe(0)
    expect(stdout).toContain('--- a/answer.txt')
    expect(stdout).toContain('-41\n+42')
  }
  const [value] = (await run('diff', id, '--json')).values()
  expect(value.diff).toContain('+42')
})

test('logs shows the last attempt, or the one that is asked for', async () => {
  expect((await run('logs', id, 'answer')).stdout).toBe('attempt says 42\n')
  expect((await run('logs', id, 'answer', '--attempt', '1')).stdout).toBe('attempt says 40\n')
  const none = await run('logs', id, 'answer', '--attempt', '7')
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there is no output of answer-g1')])
})

test('evidence says what was delivered, by what it was judged, and how that came out', async () => {
  const { stdout } = await run('evidence', id, 'answer')
  expect(stdout).toContain('answer, attempt 2')
  expect(stdout).toMatch(/1 files, \+1 -1 in [0-9a-f]{12}/)
  expect(stdout).toMatch(
    /✔ right passed, exit code 0 in .*\n\s+cat answer\.txt; grep -qx 42 answer\.txt {3}\(configured\)/,
  )
  const [value] = (await run('evidence', id, 'answer', '--json')).values()
  expect(value).toMatchObject({ attempt: 2, evaluation: { level: 'yellow' } })
  // The verifier names the very file that is delivered.
  expect(stdout).toContain('held down by evidence.tampered')
})

test('logs --follow tells output as it comes, over a rework, until the step has ended', async () => {
  const gate = path.join(folder.path, 'gate')
  const waiting = file(
    `n=0; n=0; echo "attempt says $n"; while [ ! -e ${gate} ]; do sleep 0.1; done; echo $n > answer.txt`,
  )
  const running = startAdjutant(['run', waiting], { env })
  await eventually(() => expect(running.stdout()).toMatch(/answer .*running|running/))
  const other = /directive ([0-9a-f-]{36})/.exec(running.stdout())![1]!
  const following = startAdjutant(['logs', other, 'answer', '--follow'], { env })
  await eventually(() => expect(following.stdout()).toBe('attempt says 40\n'))
  writeFileSync(gate, '')
  expect(await following.ended).toMatchObject({ code: 0, stdout: 'attempt says 40\nattempt says 42\n' })
  await running.ended
})
