import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DirectiveFile, machines, modelsFor } from '../../machines/index.ts'
import { createRuntime } from '../../runtime/index.ts'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

vi.setConfig({ testTimeout: 90_000 })

const folder = makeFolder()
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home') }
  const runtime = await createRuntime({ database: database.url, machines })
  await runtime.start()
  const file = DirectiveFile.parse({ title: 'Try', goal: 'it works' })
  for (const id of ['one', 'two', 'three'])
    await runtime.spawn('directive', {
      id,
      input: { id, file, createdAt: 0, models: modelsFor(file.model, { planner: [], agent: [], judge: [] }) },
    })
  await runtime.close()
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const run = (...args: string[]) => runAdjutant(args, { env })

test('every machine is listed with its version, its hash, and how many systems live by which definition', async () => {
  const { values } = await run('machines', 'list', '--json')
  const listed = values()
  expect(listed.map(({ name }) => name)).toEqual(Object.keys(machines))
  const [directive] = listed
  expect(directive).toMatchObject({
    version: machines.directive.version,
    hash: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
  expect(directive.systems).toMatchObject([{ definition: directive.hash, active: 3, parked: 0 }])
})

test('a check is green where all live systems go on, and says what to do about those that do not', async () => {
  const good = await run('machines', 'check')
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('All 3 live systems go on under this code.')])
  const { sql } = database.database
  await sql`update system set version = '0' where id = 'two'`
  await sql`update system set machine = 'gone' where id = 'three'`
  const { code, stdout } = await run('machines', 'check')
  expect(code).toBe(1)
  expect(stdout).toMatch(/compatible +1 +directive/)
  expect(stdout).toMatch(
    /needs a rule +1 +directive 0\n +machine\.version_missing: .*\n +keep version 0 in `versions`.*\n +two\n/,
  )
  expect(stdout).toMatch(/stuck +1 +gone .*\n +machine\.missing: .*\n +register gone again.*\n +three\n/)
  expect(stdout).toContain('2 of 3 live systems would be parked under this code')
  const found = (await run('machines', 'check', '--json')).values()
  expect(found).toContainEqual(expect.objectContaining({ verdict: 'stuck', machine: 'gone', count: 1, ids: ['three'] }))
  await sql`update system set version = ${machines.directive.version} where id = 'two'`
  await sql`update system set machine = 'directive' where id = 'three'`
})

test('where no rule leads on there is nothing to lift; a machine that is not there is a mistake', async () => {
  const { code, stdout } = await run('machines', 'migrate', '--dry-run')
  expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing to lift')])
  expect((await run('machines', 'migrate', '--machine', 'nothing')).code).toBe(2)
})

test('a database that was never used is left as it is', async () => {
  const fresh = await createTestDatabase({ template: 'template0' })
  try {
    const { code, stderr } = await runAdjutant(['machines', 'check'], { env: { ...env, DATABASE_URL: fresh.url } })
    expect([code, stderr]).toEqual([2, expect.stringContaining('has not used this database yet')])
    expect(await fresh.database.sql`select from pg_class where relname = 'system'`).toHaveLength(0)
  } finally {
    await fresh.drop()
  }
})
