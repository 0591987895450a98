import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'

const folder = makeFolder()
afterAll(folder.remove)

const secret = 'canary-0b7e5a1d9c'

const head = `title: Fix slugify
goal: slugify handles umlauts, ${secret}
repository: { path: repository, baseRef: main }
requirements: [{ id: R1, text: Umlauts are transliterated }]
acceptanceCriteria:
  - { id: AC1, text: The README says so, requirementIds: [R1] }
  - { id: AC2, text: The tests pass, verify: [npm, test] }
`
const chain = `chain:
  name: fix
  steps:
    - { name: fix, type: implement, description: Fix it, requirementIds: [R1], contract: { executor: { kind: model } } }
    - { name: tidy, type: implement, description: Tidy up, contract: { executor: { kind: agent, preset: codex } } }
    - { name: pack, type: operate, description: Pack it, contract: { executor: { kind: command, shell: make } } }
`

beforeAll(() => {
  const repository = path.join(folder.path, 'repository')
  mkdirSync(repository)
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=T', '-c', 'user.email=t@localhost', ...args])
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(path.join(repository, 'README.md'), 'First.\n')
  git('add', '.')
  git('commit', '--quiet', '--message=first')
  writeFileSync(path.join(repository, 'README.md'), `First.\nUmlauts are handled. ${secret}\n`)
  git('commit', '--quiet', '--all', '--message=second')
  writeFileSync(path.join(folder.path, 'chain.yaml'), head + chain)
  writeFileSync(path.join(folder.path, 'goal.yaml'), head)
})

const prompt = (...args: string[]) =>
  runAdjutant(['prompt', ...args], {
    cwd: folder.path,
    env: { ADJUTANT_HOME: path.join(folder.path, 'home'), MY_TOKEN: secret, ADJUTANT_MODEL: 'some-model' },
  })

test('plan: what a planner would be asked of a goal alone, with the shape its answer must have', async () => {
  const { code, stdout } = await prompt('plan', 'goal.yaml')
  expect(stdout).toMatch(/^──── prompt planner \d+\.\d+\.\d+\n──── system\n/)
  expect(stdout).toMatch(/name="goal">\nslugify handles umlauts, \[redacted\]\n/)
  expect(stdout).toContain('README.md')
  expect(stdout).toContain('"carryOver"')
  expect(stdout).not.toContain(secret)
  expect(code).toBe(0)
})

test('judge: the diff of two commits against the criteria that no command decides', async () => {
  const { code, stdout } = await prompt('judge', 'goal.yaml', '--base', 'main~1')
  expect(stdout).toContain('+      2 | Umlauts are handled. [redacted]')
  expect(stdout).toMatch(/name="criteria" id="AC1">\nThe README says so\n/)
  expect(stdout).not.toContain('The tests pass')
  expect(code).toBe(0)
})

test('agent: the first step, or the one that is named, as its executor would be told', async () => {
  const [first, second, third] = await Promise.all([
    prompt('agent', 'chain.yaml', '--json'),
    prompt('agent', 'chain.yaml', '--step', 'tidy', '--json'),
    prompt('agent', 'chain.yaml', '--step', 'pack'),
  ])
  const [builtIn] = first!.values()
  expect(builtIn.messages.map(({ role }: { role: string }) => role)).toEqual(['system', 'user'])
  expect(builtIn.tools.map(({ name }: { name: string }) => name)).toContain('deliver')
  const [commandLine] = second!.values()
  expect(commandLine.messages).toHaveLength(1)
  expect(commandLine.messages[0].content).toMatch(/^You carry out one contract[\s\S]*Tidy up/)
  expect(third!.stderr).toContain('asked nothing')
  expect(third!.code).toBe(2)
})

test('an unknown step is refused with those there are', async () => {
  const { code, stderr } = await prompt('agent', 'chain.yaml', '--step', 'fxi')
  expect(stderr).toMatch(/no step "fxi"[\s\S]*fix, tidy, pack/)
  expect(code).toBe(2)
})
