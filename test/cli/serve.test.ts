import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const folder = makeFolder()
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home') }
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

async function serve(...args: string[]) {
  const serving = startAdjutant(['serve', '--port', '0', '--json', ...args], { env })
  const { url, token } = await eventually(() => JSON.parse(serving.stdout().split('\n')[0]!))
  return { ...serving, url, token }
}

test('serve answers until Ctrl-C, shows its token once, and ends with 0', async () => {
  const first = await serve()
  const ask = (token?: string) =>
    fetch(`${first.url}/v1/directives`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  expect(first.token).toMatch(/^adj_/)
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
  expect((await ask()).status).toBe(401)
  expect((await ask(first.token)).status).toBe(200)
  first.kill('SIGINT')
  expect((await first.ended).code).toBe(0)

  const ofWorkers = path.join(folder.path, 'worker-tokens')
  writeFileSync(ofWorkers, `# the build machine\n${'w'.repeat(32)}\n`)
  const second = await serve('--worker-token-file', ofWorkers)
  expect(second.token).toBeNull()
  const asWorker = (route: string) =>
    fetch(`${second.url}${route}`, { headers: { authorization: `Bearer ${'w'.repeat(32)}` } })
  expect((await asWorker('/v1/directives')).status).toBe(403)
  expect((await asWorker('/v1/contracts/offers')).status).toBe(200)
  second.kill('SIGTERM')
  expect((await second.ended).code).toBe(0)
})

test('what cannot be a worker’s token is refused before anything is started', async () => {
  const refused = async (more: Record<string, string>, ...args: string[]) =>
    (await runAdjutant(['serve', '--port', '0', ...args], { env: { ...env, ...more } })).stderr.split('\n')[0]
  expect(await refused({ ADJUTANT_WORKER_TOKENS: 'short' })).toMatch(/^adjutant: a worker's token has at least 24 /)
  expect(await refused({}, '--worker-token-file', '/none')).toBe('adjutant: /none cannot be read (ENOENT)')
})

// Asked for before the database, where the process that has the port would be taken for dead.
test('a port that is taken is one clear line, and whoever has it is left alone', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, stderr } = await runAdjutant(['serve', '--port', String(port)], {
    env: { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/none' },
  })
  other.close()
  expect(stderr).toBe(`adjutant: port ${port} of 127.0.0.1 is taken\n  choose another with --port or ADJUTANT_PORT\n`)
  expect(code).toBe(2)
})

test('doctor explains each finding', async () => {
  const ended = await runAdjutant(['doctor', '--json'], { env })
  const findings = Object.fromEntries(ended.values().map(({ subject, status }) => [subject, status]))
  expect(findings).toMatchObject({ node: 'ok', git: 'ok', home: 'ok', database: 'ok' })
  expect(ended.stderr).toContain('All is well.')
  expect(ended.code).toBe(0)
  const broken = await runAdjutant(['doctor'], { env: { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/x' } })
  expect(broken.stdout).toMatch(/✖ database .*\n +correct DATABASE_URL/)
  expect(broken.code).toBe(1)
})
