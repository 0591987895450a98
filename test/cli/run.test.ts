import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant, type Running } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { git, writeAll } from '../support/thinking.ts'

// Each test starts up to seven processes, one after the other.
vi.setConfig({ testTimeout: 240_000 })

const folder = makeFolder()
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  // A short lease: what a killed process had is taken over within a second.
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home'), ADJUTANT_LEASE_MS: '1000' }
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const noop = '{ kind: noop }'
const command = (line: string) => `{ kind: command, shell: ${JSON.stringify(line)} }`
const step = (name: string, executor: string, rest = '') =>
  `    - { name: ${name}, type: implement, description: D, contract: { executor: ${executor} }, verifiers: []${rest} }\n`

let files = 0
function file(head: string, ...steps: string[]): string {
  const name = path.join(folder.path, `directive-${++files}.yaml`)
  writeFileSync(name, `title: T${files}\ngoal: G\n${head}\nchain:\n  name: c\n  steps:\n${steps.join('')}`)
  return name
}

const run = (...args: string[]) => runAdjutant(args, { env })
const idOf = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!
const auto = 'autonomy: full_auto'

/** A step that goes on until a file is there. */
function held(name: string) {
  const gate = path.join(folder.path, `release-${++files}`)
  return {
    step: step(name, command(`until [ -e ${gate} ]; do sleep 0.1; done`)),
    release: () => writeFileSync(gate, ''),
  }
}

/** A running `adjutant run`, once its output holds the words. */
async function runUntil(words: string, ...args: string[]): Promise<Running & { id: string }> {
  const running = startAdjutant(['run', ...args], { env })
  await eventually(() => expect(running.stdout()).toContain(words))
  return { ...running, id: idOf(running.stdout()) }
}

test('a directive that completes ends with 0 and says where to look', async () => {
  const { code, stdout, stderr } = await run(
    'run',
    file(auto, step('one', noop), step('two', noop, ', dependsOn: [one]')),
  )
  expect(stderr).toBe('')
  expect(stdout).toMatch(/Completed in [\d.]+s/)
  expect(stdout).toContain(`npx adjutant show ${idOf(stdout).slice(0, 13)}`)
  expect(code).toBe(0)
})

test('a file in JSON is run as one in YAML is, its paths counted from the file', async () => {
  const project = path.join(folder.path, 'plans', 'project')
  writeAll(project, { 'a.txt': 'a\n' })
  git(project, 'init', '--quiet', '--initial-branch=main')
  git(project, 'add', '--all')
  git(project, 'commit', '--quiet', '--message=first')
  const made = {
    name: 'one',
    type: 'implement',
    description: 'D',
    contract: { executor: { kind: 'command', shell: 'echo b > b.txt' } },
  }
  const chain = { name: 'c', steps: [{ ...made, verifiers: [{ name: 'is-there', argv: ['test', '-s', 'a.txt'] }] }] }
  const plan = { title: 'T', goal: 'G', repository: { path: './project' }, chain }
  writeAll(folder.path, { 'plans/plan.json': JSON.stringify(plan) })
  const { code, stdout, stderr } = await runAdjutant(['run', 'plans/plan.json'], { cwd: folder.path, env })
  expect(code, stdout + stderr).toBe(0)
  expect(git(project, 'show', `adjutant/${idOf(stdout)}/result:b.txt`)).toBe('b')
})

test('with --json stdout is a value per line, the last one the outcome, and words are on stderr', async () => {
  const ended = await run('run', '--json', file(auto, step('one', noop)))
  const values = ended.values()
  expect(values.at(0)).toMatchObject({ seq: expect.any(Number), type: 'directive.status_changed' })
  expect(values.at(-1)).toMatchObject({ state: 'completed', exitCode: 0 })
  expect(values.filter(({ type }) => type === 'directive.completed')).toHaveLength(1)
  expect(ended.stderr).toContain('Completed in')
})

test('a directive that fails ends with 1', async () => {
  const head = `${auto}\nlimits: { maxReworkCycles: 0, maxFailedSteps: 0 }`
  const { code, stdout } = await run('run', file(head, step('one', command('exit 7'))))
  expect(stdout).toMatch(/Failed in [\d.]+s: /)
  expect(code).toBe(1)
})

test('a stuck chain asks a person, ends with 3, and goes on once answered', async () => {
  const stuck = await run('run', file('limits: { maxReworkCycles: 0 }', step('one', command('exit 7'))))
  expect(stuck.stdout).toContain('Waits for a person: ')
  expect(stuck.code).toBe(3)
  const id = idOf(stuck.stdout)
  const { stdout } = await run('approvals', id.slice(0, 13), '--json')
  const [approval] = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  expect(approval).toMatchObject({ type: 'chain_stuck', state: 'pending', id: expect.stringContaining(`${id}:`) })
  const drawn = await run('chart', 'chain', '--of', id)
  expect(drawn.stdout).toMatch(/<g class="step blocked" data-step="one"/)
  const chart = await run('chart', 'directive', '--of', id, '--format', 'svg')
  expect(chart.stdout).toMatch(/class="state atomic active visited" data-state="directive.active.work.stuck"/)
  const shown = await run('show', id)
  expect(shown.stdout).toContain('| one:')
  expect(shown.stdout).toContain('exit code 7')
  expect(shown.stdout).toContain('choices: retry, skip')
  const answered = await run('approve', approval.id, '--choice', 'skip')
  expect(answered.stdout).toContain('Answered.')
  expect(answered.code).toBe(0)
  const again = await run('approve', approval.id)
  expect(again.stderr).toMatch(/^adjutant: it has been answered already: approved \(skip\) by /)
  expect(again.code).toBe(2)
  const rest = await run('run', id)
  expect(rest.stdout).toContain('Going on with directive')
  expect([0, 3]).toContain(rest.code)
})

test('an answer that does not fit is refused and the approval stays open', async () => {
  const { stdout } = await run('run', file('limits: { maxReworkCycles: 0 }', step('one', command('exit 7'))))
  const id = idOf(stdout)
  const refused = await run('approve', id, '--choice', 'dance')
  expect(refused.stderr).toContain('the answer does not fit this approval')
  expect(refused.code).toBe(2)
  expect((await run('approvals', id)).stdout).toContain('pending')
})

test('a tripped time limit ends with 4, and a new limit lets it go on', async () => {
  const head = `${auto}\nlimits: { maxWallTimeMinutes: 0.02 }`
  const tripped = await run('run', file(head, step('one', command('sleep 2')), step('two', noop, ', dependsOn: [one]')))
  expect(tripped.stdout).toContain('Waits for a person: ')
  expect(tripped.code).toBe(4)
  const id = idOf(tripped.stdout)
  expect((await run('approve', id)).stderr).toContain('--max-minutes')
  expect((await run('approve', id, '--max-minutes', '5')).code).toBe(0)
  const rest = await run('run', id)
  expect(rest.stdout).toContain('Completed')
  expect(rest.code).toBe(0)
})

test('a limit that fails at once ends with 4, too', async () => {
  const head = `${auto}\nlimits: { maxWallTimeMinutes: 0.02, onLimit: fail }`
  const failed = await run('run', file(head, step('one', command('sleep 20'))))
  expect(failed.stdout).toMatch(/Failed in/)
  expect(failed.code).toBe(4)
})

test('Ctrl-C ends with 130 and loses nothing', async () => {
  const one = held('one')
  const running = await runUntil('starts, attempt 1', file(auto, one.step, step('two', noop, ', dependsOn: [one]')))
  running.kill('SIGINT')
  const { code, stdout } = await running.ended
  expect(stdout).toContain(`\`adjutant run ${running.id.slice(0, 13)}\` goes on`)
  expect(code).toBe(130)
  one.release()
  const rest = await run('run', running.id.slice(0, 13))
  expect(rest.stdout).toContain('Completed')
  expect(rest.code).toBe(0)
})

test('a reader that goes away is no failure, and loses nothing', async () => {
  const name = file(auto, step('one', command('sleep 1')), step('two', noop, ', dependsOn: [one]'))
  const program = `${process.execPath} ${path.resolve('cli/adjutant.mjs')} run ${name} | head -2`
  const shell = spawnSync('sh', ['-c', program], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' })
  expect(shell.stderr).toBe('')
  expect((await run('run', idOf(shell.stdout))).code).toBe(0)
})

test('another process can pause, resume and stop what this one runs', async () => {
  const one = held('one')
  const running = await runUntil('starts, attempt 1', file(auto, one.step, step('two', noop, ', dependsOn: [one]')))
  expect((await run('pause', running.id)).stdout).toContain('is paused.')
  one.release()
  const paused = await running.ended
  expect(paused.stdout).toMatch(/one +is passed/)
  expect(paused.stdout).toContain(`npx adjutant resume ${running.id.slice(0, 13)}`)
  expect(paused.code).toBe(3)
  expect((await run('resume', running.id)).stdout).toContain('is active.')
  expect((await run('stop', running.id, '--reason', 'enough')).stdout).toContain('is failed.')
  const refused = await run('resume', running.id)
  expect(refused.stderr).toContain('it has ended and takes no more commands')
  expect(refused.code).toBe(2)
  expect((await run('show', running.id)).stdout).toContain('directive.stopped: enough')
})

test('a blocked step can be skipped by its name', async () => {
  const head = 'limits: { maxReworkCycles: 0 }\nautonomy: full_auto'
  const { stdout, code } = await run('run', file(head, step('one', command('exit 7')), step('two', noop)))
  expect(code).toBe(3)
  const skipped = await run('step', 'skip', idOf(stdout), 'one')
  expect(skipped.stdout).toContain('Step one')
  expect(skipped.stdout).toContain('is skipped.')
  const wrong = await run('step', 'skip', idOf(stdout), 'oen')
  expect(wrong.stderr).toContain('did you mean one?')
  expect(wrong.code).toBe(2)
  expect((await run('run', idOf(stdout))).code).toBe(0)
})

test('events are told once each, in order, and --follow ends with the directive', async () => {
  const running = await runUntil('starts, attempt 1', file(auto, step('one', command('sleep 2'))))
  const followed = await run('events', running.id, '--follow', '--json')
  await running.ended
  const told = followed.values().map(({ seq, n }) => seq * 1000 + n)
  expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
  expect(followed.values().at(-1).type).toBe('directive.completed')
  const after = await run('events', running.id, '--json', '--after', '5')
  expect(after.values()).toEqual(followed.values().filter(({ seq }) => seq > 5))
})

test('a directive is listed by its state, and a wrong id is answered with one line', async () => {
  const { stdout } = await run('run', file(auto, step('one', noop)))
  const id = idOf(stdout)
  expect((await run('list', '--state', 'completed', '--json')).values()).toContainEqual(expect.objectContaining({ id }))
  expect((await run('list', '--state', 'draft')).stdout).toContain('No directives.')
  const wrong = await run('show', 'ffffffff')
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^adjutant: there is no directive ffffffff\n/),
  })
  const ambiguous = await run('show', '0')
  expect(ambiguous.stderr).toMatch(/^adjutant: \d+ directives begin with "0"\n {2}type more of it/)
})

test('a file with mistakes is not run, and they are listed', async () => {
  const { code, stdout, stderr } = await run('run', file('autonmy: manual', step('one', noop)))
  expect(stdout).toContain('unknown key "autonmy"')
  expect(stderr).toMatch(/^adjutant: .* has mistakes\n$/)
  expect(code).toBe(2)
})
