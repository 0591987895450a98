import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const example = path.resolve(import.meta.dirname, '../../examples/default')
let folder = ''
let library = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'adjutant-agents-'))
  library = path.join(folder, 'library')
  cpSync(path.join(example, 'library'), library, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs an agent as its contract would; gives its summary. */
function work(agent: string, instructions: string | null = null): string {
  const contract = path.join(folder, 'contract.json')
  const outbox = path.join(folder, 'outbox')
  writeFileSync(contract, JSON.stringify({ attempt: instructions === null ? 1 : 2, instructions }))
  const env = { PATH: process.env.PATH, ADJUTANT_CONTRACT_FILE: contract, ADJUTANT_OUTBOX: outbox }
  execFileSync(process.execPath, [path.join(example, 'agents', `${agent}.mjs`)], { cwd: library, env, stdio: 'pipe' })
  return readFileSync(path.join(outbox, 'summary.md'), 'utf8')
}

function verify(...files: string[]) {
  const args = ['--test', '--test-reporter=spec', ...files]
  // node:test of today's run must not be taken for the parent of this one.
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: library,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  })
  return { passed: status === 0, output: stdout }
}

const slugs = 'test/slugify.test.js'

test('the library fails its own tests to begin with', () => {
  expect(verify().passed).toBe(false)
})

test('the first attempt at slugify fails one test', () => {
  work('slugify')
  const { passed, output } = verify(slugs)
  expect(passed).toBe(false)
  expect(output).toMatch(/pass 3\n/)
  expect(output).toContain('✖ never returns an empty slug')
})

test('the second attempt acts on the failing test that its instructions name', () => {
  work('slugify')
  expect(work('slugify', verify(slugs).output)).toContain('never returns an empty slug')
  expect(verify(slugs).passed).toBe(true)
})

test.each([
  ['none', null],
  ['that name no test', 'The verifier "unit" failed (exit code 1). Try again.'],
  ['that name another failing test', '✖ writes umlauts and sharp s out (0.2ms)'],
  ['that name the test as passing', '✔ never returns an empty slug (0.2ms)'],
])('a second attempt with instructions %s fails again', (_, instructions) => {
  work('slugify')
  work('slugify', instructions)
  expect(verify(slugs).passed).toBe(false)
})

test('the survey lists what fails', () => {
  expect(work('survey')).toContain('10 tests fail')
  expect(readFileSync(path.join(library, 'docs/survey.md'), 'utf8')).toContain('- never returns an empty slug')
})

test('the agent of truncate changes a test beside its work', () => {
  const before = readFileSync(path.join(library, 'test/truncate.test.js'), 'utf8')
  work('truncate')
  expect(readFileSync(path.join(library, 'test/truncate.test.js'), 'utf8')).not.toBe(before)
  expect(verify('test/truncate.test.js').passed).toBe(true)
})

test('all agents together put the library right, and working twice changes nothing', () => {
  for (const agent of ['survey', 'slugify', 'duration', 'truncate']) work(agent)
  work('slugify', verify(slugs).output)
  work('document')
  const readme = readFileSync(path.join(library, 'README.md'), 'utf8')
  expect(readme).toContain(`slugify('!!!') // "untitled"`)
  expect(verify().passed).toBe(true)
  work('document')
  expect(readFileSync(path.join(library, 'README.md'), 'utf8')).toBe(readme)
})
