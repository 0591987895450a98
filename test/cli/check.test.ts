import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'

const folder = makeFolder()
afterAll(folder.remove)

beforeAll(() => {
  const git = (...args: string[]) => execFileSync('git', ['-C', path.join(folder.path, 'repository'), ...args])
  mkdirSync(path.join(folder.path, 'repository/inner'), { recursive: true })
  mkdirSync(path.join(folder.path, 'plain'))
  git('init', '--quiet', '--initial-branch=main')
  git('-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '--quiet', '--allow-empty', '--message=first')
})

async function check(text: string, ...options: string[]) {
  writeFileSync(path.join(folder.path, 'directive.yaml'), text)
  return runAdjutant(['check', 'directive.yaml', ...options], { cwd: folder.path })
}

const head = 'title: A title\ngoal: A goal\n'
const step = (name: string, rest = '') =>
  `    - { name: ${name}, type: implement, description: D, contract: { executor: { kind: noop } }${rest} }\n`
const chain = (...steps: string[]) => `${head}chain:\n  name: a-chain\n  steps:\n${steps.join('')}`

test('a file without mistakes is in order', async () => {
  const { code, stdout } = await check(chain(step('one'), step('two', ', dependsOn: [one]')))
  expect(stdout).toBe('directive.yaml is in order: "A title", 2 steps.\n')
  expect(code).toBe(0)
})

test('a misspelt key is found where it stands, with the key that was meant', async () => {
  const { code, stdout } = await check(`${chain(step('one'))}autonmy: guardrails\n`)
  expect(stdout).toContain('directive.yaml:7:1: error unknown key "autonmy" in the file')
  expect(stdout).toContain('did you mean "autonomy"?')
  expect(code).toBe(2)
})

test('all mistakes are listed at once, in the order of the file', async () => {
  const { stdout } = await check(
    `${head}limits: { maxReworkCycle: 3 }\nautonomy: ful_auto\nchain: { name: x, steps: [] }\n`,
  )
  expect(stdout).toMatch(/:3:11: .*maxReworkCycle[\s\S]*:4:11: .*ful_auto[\s\S]*:5:26: .*steps/)
  expect(stdout).toContain('3 mistakes in directive.yaml')
})

test('a cycle is named with its path, at the dependency that closes it', async () => {
  const { code, stdout } = await check(chain(step('one', ', dependsOn: [two]'), step('two', ', dependsOn: [one]')))
  expect(stdout).toMatch(/directive\.yaml:6:\d+: error .*one -> two -> one.*\[chain\.cyclic\]/)
  expect(code).toBe(2)
})

test('an unknown dependency is named with the step that was meant', async () => {
  const { code, stdout } = await check(chain(step('prepare'), step('two', ', dependsOn: [prepair]')))
  expect(stdout).toMatch(/directive\.yaml:7:\d+: error there is no step "prepair" \[step\.unknown_dependency\]/)
  expect(stdout).toContain('did you mean "prepare"?')
  expect(code).toBe(2)
})

test('an unknown executor is answered with those there are', async () => {
  const { code, stdout } = await check(chain(step('one').replace('noop', 'comand')))
  expect(stdout).toMatch(/directive\.yaml:6:\d+: error .*"comand" is not known/)
  expect(stdout).toContain('did you mean "command"? (one of: command, agent, model, external, human, noop)')
  expect(code).toBe(2)
})

test('a command given as text is shown as the list it should be', async () => {
  const { stdout } = await check(chain(step('one').replace('kind: noop', 'kind: command, argv: npm test')))
  expect(stdout).toContain('write a list: [npm, test]')
})

test.each([
  ['that is missing', 'nowhere', 'repository.missing', 'does not exist'],
  ['that is a plain folder', 'plain', 'repository.not_git', 'is no git repository'],
  ['that is a file', 'directive.yaml', 'repository.not_folder', 'is no folder'],
  ['that is inside another one', 'repository/inner', 'repository.not_top', 'name its top folder'],
])('a repository %s is refused at its line', async (_, name, errorCode, words) => {
  const { code, stdout } = await check(`repository: { path: ${name} }\n${chain(step('one'))}`)
  expect(stdout).toMatch(new RegExp(`directive\\.yaml:1:21: error .*\\[${errorCode}\\]`))
  expect(stdout).toContain(words)
  expect(code).toBe(2)
})

test('an unknown base is answered with the branches there are', async () => {
  const { stdout } = await check(`repository: { path: repository, baseRef: master }\n${chain(step('one'))}`)
  expect(stdout).toMatch(/directive\.yaml:1:42: error .* has no "master" \[repository\.unknown_ref\]\n {4}known: main/)
})

test('a repository in order is accepted, its path counted from the file', async () => {
  expect((await check(`repository: { path: repository, baseRef: main }\n${chain(step('one'))}`)).code).toBe(0)
})

test('without a chain and without a model there is no plan', async () => {
  const { code, stdout } = await check(head)
  expect(stdout).toContain('[planner.unavailable]')
  expect(code).toBe(2)
})

test.each([
  ['an empty file', '', 'the file is empty'],
  ['bad indentation', 'title: x\n goal: y\n', 'directive.yaml:1:8:'],
  ['a key given twice', `${head}title: again\n`, 'Map keys must be unique'],
  ['a bomb of aliases', bomb(), 'Excessive alias count'],
])('%s is a mistake, not a crash', async (_, text, words) => {
  const { code, stdout, stderr } = await check(text)
  expect(stdout).toContain(words)
  expect(stderr).toBe('')
  expect(code).toBe(2)
})

function bomb(): string {
  const lists = [...'bcdefgh'].map(
    (letter, i) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefg'[i]}`).join(', ')}]`,
  )
  return `a: &a [1]\n${lists.join('\n')}\n`
}

test('a file that is not there is one clear line', async () => {
  const { code, stdout, stderr } = await runAdjutant(['check', 'nowhere.yaml'], { cwd: folder.path })
  expect(stdout).toBe('')
  expect(stderr).toBe(
    'adjutant: nowhere.yaml does not exist\n  `adjutant init` writes a directive file to begin with\n',
  )
  expect(code).toBe(2)
})

test('with --json stdout holds the mistakes and nothing else', async () => {
  const ended = await check(`${chain(step('one'))}autonmy: x\n`, '--json')
  expect(ended.values()).toEqual([
    {
      code: 'file.unknown_key',
      column: 1,
      file: 'directive.yaml',
      line: 7,
      message: 'unknown key "autonmy" in the file',
      severity: 'error',
      suggestion: 'did you mean "autonomy"?',
    },
  ])
  expect(ended.stderr).toContain('1 mistake in directive.yaml')
})

test('a goal alone is enough where a model is named that plans', async () => {
  const named = await check(`${head}model: { planner: some-model }\n`)
  expect(named.stdout).toBe('directive.yaml is in order: "A title", to be planned by a model.\n')
  const env = { ADJUTANT_MODEL: 'some-model' }
  writeFileSync(path.join(folder.path, 'goal.yaml'), head)
  expect((await runAdjutant(['check', 'goal.yaml'], { cwd: folder.path, env })).code).toBe(0)
})
