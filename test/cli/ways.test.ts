// The ways that persons may take with a directive, from the command line; `run` goes on with it after each.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

// Each test starts up to eight processes, one after the other.
vi.setConfig({ testTimeout: 180_000 })

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

let files = 0
function file(step: object, more: object = {}): string {
  const place = path.join(folder.path, `directive-${++files}.json`)
  const work = { name: 'one', type: 'operate', description: 'D', contract: { executor: { kind: 'noop' } }, ...step }
  const limits = { maxReworkCycles: 0 }
  writeFileSync(place, JSON.stringify({ title: 'T', goal: 'G', limits, ...more, chain: { name: 'c', steps: [work] } }))
  return place
}

const passing = [{ name: 'passes', argv: ['true'] }]
const failing = [{ name: 'fails', argv: ['false'], rerun: false }]

/** Runs until a person is wanted, and gives the directive's id. */
async function waiting(what: string, given: string): Promise<string> {
  const { code, stdout, stderr } = await run('run', given)
  expect(code, stdout + stderr).toBe(3)
  expect(stdout).toContain(what)
  return /directive ([0-9a-f-]{36})/.exec(stdout)![1]!
}
const done = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(...args)
  expect(code, stdout + stderr).toBe(0)
  return stdout
}
const shown = async (id: string) => (await run('show', id, '--json')).values()[0]

test('a yellow step is sent back, then denied; the chain that is stuck is planned round', async () => {
  const id = await waiting('Step one came out yellow', file({ verifiers: [] }, { limits: { maxReworkCycles: 1 } }))
  await done('request-changes', id, 'make it shorter')
  await waiting('Step one came out yellow', id)
  expect((await shown(id)).steps[0].reworkCount).toBe(1)
  await done('deny', id, '--comment', 'not like this')
  await waiting('Nothing can go on', id)
  await done('approve', id, '--choice', 'replan', '--chain', file({ name: 'other', verifiers: passing }))
  expect(await done('run', id)).toContain('Completed')
})

test('a blocked step is taken as it is, and the red end accepted with a reason', async () => {
  const id = await waiting('Nothing can go on', file({ verifiers: failing }))
  await done('step', 'approve', id, 'one', '--reason', 'the verifier is wrong')
  await waiting('The final review is red', id)
  await done('approve', id, '--choice', 'accept', '--comment', 'it is a draft')
  await done('run', id)
  expect((await shown(id)).outcome.code).toBe('completed.with_reservations')
})

test('a paused directive is started anew; a chain that is stuck is stopped', async () => {
  const id = await waiting('Nothing can go on', file({ verifiers: failing }))
  await done('pause', id)
  await done('start', id)
  await waiting('Nothing can go on', id)
  expect((await shown(id)).steps[0].id).toBe('one-g2')
  await done('approve', id, '--choice', 'stop', '--comment', 'no use')
  expect((await shown(id)).outcome).toEqual({ code: 'directive.stopped', reason: 'no use' })
})
