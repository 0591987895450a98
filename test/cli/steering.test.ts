import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

vi.setConfig({ testTimeout: 240_000 })

const folder = makeFolder()
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home'), ADJUTANT_LEASE_MS: '1000' }
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const run = (...args: string[]) => runAdjutant(args, { env })
const idOf = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!

const step = (name: string, line: string, rest = '') => {
  const executor = `{ kind: command, shell: ${JSON.stringify(line)} }`
  return `    - { name: ${name}, type: implement, description: D, contract: { executor: ${executor} }, verifiers: []${rest} }\n`
}

let files = 0
function file(head: string, ...steps: string[]): string {
  const name = path.join(folder.path, `directive-${++files}.yaml`)
  writeFileSync(name, `title: T\ngoal: G\n${head}\nchain:\n  name: c\n  steps:\n${steps.join('')}`)
  return name
}

async function withServer(use: () => Promise<void>): Promise<void> {
  const server = startAdjutant(['serve', '--port', '0'], { env })
  try {
    await eventually(() => expect(server.stdout()).toContain('Serving'))
    await use()
  } finally {
    server.kill('SIGINT')
    await server.ended
  }
}

test('with --wait a command stays until the directive ends or waits for a person, and tells which', async () => {
  const { stdout, code } = await run('run', file('limits: { maxReworkCycles: 0 }', step('one', 'exit 7')))
  expect(code).toBe(3)
  const id = idOf(stdout)
  await withServer(async () => {
    const retried = await run('approve', id, '--choice', 'retry', '--wait')
    expect(retried.stdout).toMatch(/Answered\.[\s\S]*one +starts, attempt 2[\s\S]*Waits for a person/)
    expect(retried.code).toBe(3)
    const stepped = await run('step', 'retry', id, 'one', '--wait')
    expect(stepped.stdout).toContain('starts, attempt 3')
    const stopped = await run('stop', id, '--wait', '--json')
    expect(stopped.values().at(-1)).toMatchObject({
      state: 'failed',
      outcome: { code: 'directive.stopped' },
      exitCode: 0,
    })
    expect(stopped.code).toBe(0)
  })
})

test('pause --wait stays until what runs is finished; resume --wait ends with the directive', async () => {
  const gate = path.join(folder.path, 'gate')
  const one = step('one', `until [ -e ${gate} ]; do sleep 0.1; done`)
  const name = file('autonomy: full_auto', one, step('two', 'true', ', dependsOn: [one]'))
  await withServer(async () => {
    const running = startAdjutant(['run', name], { env })
    await eventually(() => expect(running.stdout()).toContain('starts, attempt 1'))
    const id = idOf(running.stdout())
    const pausing = startAdjutant(['pause', id, '--wait'], { env })
    await eventually(() => expect(pausing.stdout()).toContain('is paused.'))
    writeFileSync(gate, '')
    const paused = await pausing.ended
    expect(paused.stdout).toMatch(/one +is passed/)
    expect(paused.code).toBe(0)
    await running.ended
    const resumed = await run('resume', id, '--wait')
    expect(resumed.stdout).toMatch(/two +starts[\s\S]*Completed/)
    expect(resumed.stdout).not.toMatch(/one +starts/)
    expect(resumed.code).toBe(0)
  })
})

test('where nobody works on it, --wait says so, and Ctrl-C ends the waiting only', async () => {
  const steps = [step('one', 'sleep 600'), step('two', 'sleep 600')]
  const running = startAdjutant(['run', file('autonomy: full_auto', ...steps)], { env })
  await eventually(() => expect(running.stdout()).toContain('starts, attempt 1'))
  const id = idOf(running.stdout())
  expect((await run('pause', id, '--interrupt')).code).toBe(0)
  await running.ended
  const waiting = startAdjutant(['resume', id, '--wait'], { env })
  await eventually(() => expect(waiting.stderr()).toContain('Nobody works on it now: `adjutant serve` would'))
  waiting.kill('SIGINT')
  const { code, stdout } = await waiting.ended
  expect(code).toBe(130)
  expect(stdout).toContain(`\`adjutant run ${id.slice(0, 13)}\` goes on`)
  const stopped = await run('stop', id, '--wait')
  expect(stopped.stdout).toContain('What it leaves behind is cleaned up by the next `adjutant serve`')
  expect(stopped.code).toBe(0)
})

test('what a person is to do is said, with the place where', async () => {
  const name = path.join(folder.path, 'human.yaml')
  const one =
    '{ name: one, type: implement, description: D, contract: { executor: { kind: human, note: Look twice } }, verifiers: [] }'
  writeFileSync(name, `title: T\ngoal: G\nautonomy: full_auto\nchain:\n  name: c\n  steps:\n    - ${one}\n`)
  const { stdout, code } = await run('run', name)
  expect(stdout).toMatch(
    /one waits for a person to do it in \/\S+\n {2}\| Look twice\n {2}npx adjutant deliver \S+ one /,
  )
  expect(stdout).not.toContain('adjutant resume')
  expect(code).toBe(3)
  const shown = await run('show', idOf(stdout))
  expect(shown.stdout).toContain('one waits for a person to do it in /')
})
