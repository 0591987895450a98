import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase } from '../support/database.ts'
import { foldersLeft, processesOf } from '../sweep/leftovers.ts'

vi.setConfig({ testTimeout: 180_000 })

async function example(name: string, variables: Record<string, string> = {}) {
  const database = await createTestDatabase()
  const folder = makeFolder()
  onTestFinished(async () => {
    await database.drop()
    folder.remove()
  })
  const home = join(folder.path, 'home')
  const env = { DATABASE_URL: database.url, ADJUTANT_HOME: home, ...variables }
  const ended = await runAdjutant(['example', name], { env })
  const shown = async () => {
    const { id } = JSON.parse(readFileSync(join(home, 'examples', name, 'current.json'), 'utf8'))
    return (await runAdjutant(['show', '--json', id], { env })).values()[0]
  }
  const result = async (...args: string[]) => {
    const { id, folder: copy } = JSON.parse(readFileSync(join(home, 'examples', name, 'current.json'), 'utf8'))
    const library = join(copy, 'library')
    expect(foldersLeft(home, library)).toEqual([])
    const own = ['-c', 'safe.directory=*', '-C', library]
    return execFileSync('git', [...own, 'show', `adjutant/${id}/result${args.join('')}`], { encoding: 'utf8' })
  }
  expect(processesOf(home)).toEqual([])
  return { ...ended, env, shown, result }
}

// Asked, not looked for: rustup's cargo is there without any toolchain behind it.
const isInstalled = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0

test('the wide example carries out each of its 200 steps once, the last one after all others', async () => {
  const { code, stdout, stderr, shown } = await example('wide')
  expect([code, stderr]).toEqual([0, ''])
  const { steps } = await shown()
  expect(steps).toHaveLength(200)
  expect(new Set(steps.map(({ state }: { state: string }) => state))).toEqual(new Set(['passed']))
  const passed = [...stdout.matchAll(/· (\S+) +is passed/g)].map(([, name]) => name)
  expect(passed).toHaveLength(200)
  expect(new Set(passed).size).toBe(200)
  expect([passed.at(0), passed.at(-1)]).toEqual(['first', 'last'])
})

test('the budget example stops at its limit, and goes on once that is raised, spending nothing twice', async () => {
  const { code, stdout, stderr, shown } = await example('budget')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/spent \$0\.6 of \$0\.5[\s\S]*paused[\s\S]*--max-cost-usd 1\n[\s\S]*winter +starts, attempt 1/)
  expect(stdout.slice(0, stdout.indexOf('is paused'))).not.toContain('winter')
  expect(await shown()).toMatchObject({ totals: { costUsd: 0.8, unknownCosts: 0 } })
})

test('of the two steps that conflict the second is done again on what the first has made, and both are there', async () => {
  const { code, stdout, stderr, shown, result } = await example('conflict')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.match(/goes back to its executor/g)).toHaveLength(1)
  const { steps } = await shown()
  expect(steps.map(({ reworkCount }: { reworkCount: number }) => reworkCount).sort()).toEqual([0, 1])
  const exported = await result(':src/index.js')
  expect(exported).toContain('./capitalize.js')
  expect(exported).toContain('./reverse.js')
})

const targets = [
  { name: 'rust', programs: ['cargo', 'rustc'], file: 'src/lib.rs', holds: 'is_alphanumeric' },
  { name: 'python', programs: ['python3'], file: 'tidy_text/slugs.py', holds: 're.findall' },
  { name: 'c', programs: ['make', 'cc'], file: 'src/slugify.c', holds: 'isalnum' },
]
// A toolchain that is not there is not fetched: the report names the test as skipped.
for (const { name, programs, file, holds } of targets) {
  test.runIf(programs.every(isInstalled))(
    `the ${name} example is built and tested as its repository says, and comes out green`,
    async () => {
      const { code, stdout, stderr, result } = await example(name)
      expect([code, stderr], stdout).toEqual([0, ''])
      expect(stdout).toMatch(/slugify +is green, score 1\.00/)
      expect(await result(`:${file}`)).toContain(holds)
    },
  )
}

test('an example whose toolchain is not there says so before it begins', async () => {
  const { code, stderr } = await example('rust', { PATH: '/nowhere' })
  expect([code, stderr]).toEqual([2, 'adjutant: the example rust needs cargo, which is not installed\n'])
})
