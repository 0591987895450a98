import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { repositoryIn } from '../support/workers.ts'

let db: TestDatabase
let env: Record<string, string>
const folder = makeFolder()

beforeAll(async () => {
  db = await createTestDatabase()
  env = { DATABASE_URL: db.url, ADJUTANT_HOME: join(folder.path, 'home') }
})
afterAll(async () => {
  await db.drop()
  folder.remove()
})

const adjutant = (...args: string[]) => runAdjutant([...args, '--json'], { env })
const git = (path: string, ...args: string[]) => execFileSync('git', args, { cwd: path, encoding: 'utf8' })

/** Lists begin with it. */
const newest = async (): Promise<string> => (await adjutant('list')).values()[0].id

/** A directive that has run as far as it goes without a person; resolves with its id, the workspace and the repository. */
async function begun(changes: object = {}) {
  const path = repositoryIn(folder.path)
  const file = join(folder.path, 'directive.json')
  const contract = { executor: { kind: 'human', note: 'ask Anna' } }
  const step = { name: 'by-hand', type: 'implement', description: 'is done by hand', verifiers: [], contract }
  const directive = { title: 'By hand', goal: 'done', autonomy: 'full_auto', repository: { path }, ...changes }
  writeFileSync(file, JSON.stringify({ ...directive, chain: { name: 'hands', steps: [step] } }))
  const run = await adjutant('run', file)
  expect(run.code).toBe(3)
  const events = run.values()
  const { data } = events.find(({ type }) => type === 'contract.offered')!
  return { id: await newest(), workspace: data.path as string, path }
}

test('run ends where a person has to work, says where, and goes on once that one has delivered', async () => {
  const { id, workspace, path } = await begun()
  writeFileSync(join(workspace, 'made.txt'), 'by hand\n')
  const delivered = await adjutant('deliver', id, 'by-hand', '-m', 'Made it', '--cost', '12.5')
  expect([delivered.code, delivered.values()]).toEqual([0, [{ id, step: 'by-hand-g1', workspace }]])
  expect((await adjutant('run', id)).code).toBe(0)
  expect(git(path, 'show', `adjutant/${id}/result:made.txt`)).toBe('by hand\n')
  const { evidence } = (await adjutant('evidence', id, 'by-hand')).values()[0]
  expect(evidence).toMatchObject({ summary: 'Made it', by: expect.any(String) })
  expect((await adjutant('show', id)).values()[0].totals).toMatchObject({ costUsd: 12.5 })
  const again = await adjutant('deliver', id, 'by-hand')
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('it does not take contract.deliver now')])
})

test('a person may say that it cannot be done', async () => {
  const { id } = await begun({ limits: { maxReworkCycles: 0 } })
  expect((await adjutant('deliver', id, 'by-hand', '--cannot', 'no hands')).code).toBe(0)
  expect((await adjutant('run', id)).code).toBe(3)
  const { blocked } = (await adjutant('evidence', id, 'by-hand')).values()[0]
  expect(blocked.code).toBe('executor.failed')
})

test('only what a person does is delivered by one', async () => {
  const file = join(folder.path, 'noop.json')
  const step = {
    name: 'other',
    type: 'operate',
    description: 'is done',
    verifiers: [],
    contract: { executor: { kind: 'noop' } },
  }
  const directive = { title: 'Other', goal: 'done', autonomy: 'guardrails', chain: { name: 'others', steps: [step] } }
  writeFileSync(file, JSON.stringify(directive))
  const run = await adjutant('run', file)
  expect(run.code).toBe(3)
  const id = await newest()
  const { code, stderr } = await adjutant('deliver', id, 'other')
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^adjutant: other is not done by a person but by `noop`\n/)])
})
