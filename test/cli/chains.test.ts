import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

// Each test starts several processes, one after the other.
vi.setConfig({ testTimeout: 90_000 })

const folder = makeFolder()
let database: TestDatabase
const run = (...args: string[]) =>
  runAdjutant(args, { env: { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home') } })

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const step = (name: string, executor: object, changes: object = {}) => ({
  name,
  type: 'implement',
  description: `do ${name}`,
  contract: { executor },
  verifiers: [],
  ...changes,
})
function file(name: string, steps: object[]): string {
  const place = path.join(folder.path, name)
  const limits = { maxReworkCycles: 0 }
  const directive = { title: 'T', goal: 'G', autonomy: 'full_auto', limits, chain: { name: 'c', steps } }
  writeFileSync(place, JSON.stringify(directive))
  return place
}

test('every plan there was can be read, with its reason and what it changed', async () => {
  const noop = { kind: 'noop' }
  const failing = { kind: 'command', argv: ['false'] }
  const begun = await run('run', file('first.json', [step('one', noop), step('two', failing, { dependsOn: ['one'] })]))
  expect(begun.code).toBe(3)
  const id = /directive ([0-9a-f-]{36})/.exec(begun.stdout)![1]!
  expect((await run('chains', id)).stdout).toBe('c-g1  2 steps from file\n')

  const other = file('second.json', [step('one', noop), step('two', noop, { description: 'otherwise' })])
  const replanned = await run('replan', id, '--reason', 'false never works', '--chain', other)
  expect(replanned.stderr).toBe('')
  expect((await run('chains', id)).stdout.split('\n')).toEqual([
    'c-g1  2 steps from file, superseded by c-g2',
    'c-g2  2 steps from file',
    '  because       false never works',
    '  carried over  one',
    '  difference    changed two; unchanged one',
    '',
  ])
  expect((await run('chains', id, '1')).stdout.split('\n').slice(1, 3)).toEqual([
    expect.stringMatching(/^ {2}one +implement +noop +do one$/),
    expect.stringMatching(/^ {2}two +implement +command +after one +do two$/),
  ])
  expect((await run('chains', id, '--against', '1')).stdout.split('\n')).toEqual([
    'From generation 1 to 2:',
    '~ two: description, dependsOn, executor',
    '= one',
    '',
  ])
  const told = await run('chains', id, '2', '--against', '1', '--json')
  expect(told.values()).toMatchObject([{ from: 1, to: 2, changed: ['two'], fields: { two: expect.any(Array) } }])

  const missing = await run('chains', id, '3')
  expect(missing.code).not.toBe(0)
  expect(missing.stderr).toContain('there are 1 to 2')
})

test('a directive whose plan waits for nobody has none to edit', async () => {
  const begun = await run('run', file('third.json', [step('one', { kind: 'noop' })]))
  const id = /directive ([0-9a-f-]{36})/.exec(begun.stdout)![1]!
  const proposed = await run('chains', id, '--proposed')
  expect(proposed.stderr).toContain('waits for approval')
  expect(proposed.code).not.toBe(0)
})

test('a directive that is not there has none', async () => {
  const { stderr, code } = await run('chains', '00000000')
  expect(stderr).toContain('there is no directive')
  expect(code).not.toBe(0)
})
