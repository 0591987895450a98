import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

vi.setConfig({ testTimeout: 60_000 })

const folder = makeFolder()
const home = path.join(folder.path, 'home')
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  mkdirSync(home)
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: home, ADJUTANT_PORT: '0' }
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

type Finding = { subject: string; status: string; found: string; advice?: string }
const examine = async (more: Record<string, string> = {}) => {
  const ended = await runAdjutant(['doctor', '--json'], { env: { ...env, ...more } })
  return { code: ended.code, findings: ended.values() as Finding[] }
}

test('what cannot be run, and what nobody runs, is told with what to do', async () => {
  const { sql } = database.database
  const uuid = '00000000-0000-7000-8000-000000000000'
  const [parked, waiting] = ['019b0000-0000-7000-8000-000000000001', '019b0000-0001-7000-8000-000000000002']
  const reason = JSON.stringify({ code: 'machine.missing', message: 'there is no machine "x" here' })
  await sql`insert into system (id, machine, version, definition, input_hash, seq, turn, time, status, reason) values
    (${parked}, 'x', '1', 'd', 'h', 1, ${uuid}, 0, 'parked', ${reason}::text::json),
    (${waiting}, 'directive', '1', 'd', 'h', 1, ${uuid}, 0, 'active', null)`
  await sql`insert into activity (system_id, incarnation, address, machine, version, src, status, run_at)
    values (${waiting}, '1.1', 'x', 'm', '1', 's', 'queued', 0)`
  const { code, findings } = await examine()
  expect(code).toBe(0)
  expect(findings).toContainEqual({
    subject: 'parked',
    status: 'warning',
    found: 'x 019b0000-0000 cannot be run: there is no machine "x" here',
    advice: 'its mail is kept; when the reason is gone, `adjutant unpark 019b0000-0000` tries again',
  })
  expect(findings).toContainEqual({
    subject: 'waiting',
    status: 'warning',
    found: '1 directive has work to do, and no process does it',
    advice: '`adjutant serve` goes on with all of them, `adjutant run ID` with one',
  })

  await sql`insert into process (id, name, lease_until) values (${uuid}, 'p', clock_timestamp() + interval '1 hour')`
  expect((await examine()).findings.map(({ subject }) => subject)).not.toContain('waiting')
})

test('every finding that is not well says what to do', async () => {
  writeFileSync(path.join(home, 'config.yaml'), 'retention: { completedDays: soon }\n')
  writeFileSync(path.join(home, 'models.yaml'), 'providers: 7\n')
  const { code, findings } = await examine({
    ...{ DATABASE_URL: 'postgres://127.0.0.1:1/x', ADJUTANT_HOST: '203.0.113.1', PATH: '/nonexistent' },
  })
  expect(code).toBe(1)
  const bad = findings.filter(({ status }) => status !== 'ok')
  expect(bad.map(({ subject }) => subject)).toEqual(['git', 'settings', 'database', 'port', 'models'])
  for (const { found, advice } of bad) expect([found, typeof advice]).toEqual([found, 'string'])
  expect(bad[1]!.found).toMatch(/config\.yaml:1:\d+: /)
})

test('a home that cannot be written to is a problem', async () => {
  const file = path.join(folder.path, 'file')
  writeFileSync(file, '')
  const { findings } = await examine({ ADJUTANT_HOME: path.join(file, 'home') })
  expect(findings.find(({ subject }) => subject === 'home')).toMatchObject({
    status: 'problem',
    advice: 'set ADJUTANT_HOME to a folder that this account may write to',
  })
})
