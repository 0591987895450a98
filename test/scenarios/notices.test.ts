import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

vi.setConfig({ testTimeout: 90_000 })

const folder = makeFolder()
let database: TestDatabase
let receiver: Receiver
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(async () => {
  receiver = await startReceiver()
  env = {
    DATABASE_URL: database.url,
    ADJUTANT_HOME: path.join(folder.path, 'home'),
    ADJUTANT_LEASE_MS: '1000',
    ADJUTANT_PRIVATE_HOSTS: receiver.host,
    HOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  }
})
afterEach(() => receiver.close())
afterAll(async () => {
  await database.drop()
  folder.remove()
})

let files = 0
function file(fields: object): string {
  const name = path.join(folder.path, `directive-${++files}.json`)
  const step = {
    name: 'one',
    type: 'implement',
    description: 'D',
    contract: { executor: { kind: 'noop' } },
    verifiers: [],
  }
  const chain = { name: 'c', steps: [step] }
  writeFileSync(name, JSON.stringify({ title: 'Tell me', goal: 'G', autonomy: 'full_auto', chain, ...fields }))
  return name
}

const run = (...args: string[]) => runAdjutant(['run', ...args], { env })
const idOf = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!
const told = () => receiver.received.map(({ body }) => JSON.parse(body))
const hook = () => ({ url: `${receiver.url}/hook`, secretEnv: 'HOOK_SECRET' })

test('the end is told before the command ends', async () => {
  const { code, stdout, stderr } = await run(file({ notifications: [hook()] }))
  expect([code, stderr]).toEqual([0, ''])
  expect(told()).toMatchObject([
    { type: 'directive.completed', data: { directive: { id: idOf(stdout), title: 'Tell me' } } },
  ])
  expect(receiver.received[0]!.headers['webhook-signature']).toMatch(/^v1,/)
})

test('a question is told before the command ends to wait for the answer, and each notice once', async () => {
  const asking = await run(file({ autonomy: 'manual', notifications: [hook()] }))
  expect(asking.code).toBe(3)
  const id = idOf(asking.stdout)
  expect(told()).toMatchObject([{ type: 'approval.required', data: { type: 'plan_review' } }])
  await runAdjutant(['stop', id], { env })
  await run(id)
  expect(told().map(({ type }) => type)).toEqual(['approval.required', 'directive.failed'])
  const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(2)
})

test('what a receiver does not take is sent again under the same id, by whoever runs next', async () => {
  receiver.reply((response) => response.writeHead(503, { 'retry-after': '1' }).end())
  const { code } = await run(file({ notifications: [hook()] }))
  expect(code).toBe(0)
  expect(receiver.received).toHaveLength(2)
  const [first, second] = receiver.received
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
  expect(second!.body).toBe(first!.body)
})

test('a notice survives the process that was to send it', async () => {
  receiver.reply(() => {}) // no answer, ever
  const running = startAdjutant(['run', file({ notifications: [hook()] })], { env })
  await eventually(() => expect(receiver.received).toHaveLength(1), 30_000)
  running.kill('SIGKILL')
  await running.ended
  // Another directive altogether: its process takes what is left behind.
  const next = startAdjutant(['run', '--wait', file({ autonomy: 'manual' })], { env })
  await eventually(() => expect(receiver.received).toHaveLength(2), 30_000)
  next.kill('SIGINT')
  await next.ended
  const [first, second] = receiver.received
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
})

test('a process tells those its environment names, where a file names nobody', async () => {
  Object.assign(env, { ADJUTANT_WEBHOOK_URL: `${receiver.url}/mine`, ADJUTANT_SLACK_URL: `${receiver.url}/slack` })
  expect((await run(file({}))).code).toBe(0)
  expect(receiver.received.map((one) => one.path).sort()).toEqual(['/mine', '/slack'])
})

test('a private address is refused and said so, and the directive is completed all the same', async () => {
  delete env['ADJUTANT_PRIVATE_HOSTS']
  const target = { ...hook(), url: receiver.url.replace('http:', 'https:') }
  const { code, stderr } = await run(file({ notifications: [target] }))
  expect(code).toBe(0)
  expect(stderr).toContain('directive.completed was not delivered (webhook): notice.address_refused')
  expect(receiver.received).toEqual([])
})

test('one sent by a process that could not note it down comes again under the same id', async () => {
  const crash = { ...env, ADJUTANT_CRASH_AT: 'activity.ran.notifier:1' }
  const killed = await runAdjutant(['run', file({ notifications: [hook()] })], { env: crash })
  expect(killed.signal).toBe('SIGKILL')
  const shown = await runAdjutant(['show', idOf(killed.stdout)], { env })
  expect(shown.stdout).toContain('directive.completed is not delivered yet (webhook)')
  expect((await run(idOf(killed.stdout))).code).toBe(0)
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([
    receiver.received[0]!.headers['webhook-id'],
    receiver.received[0]!.headers['webhook-id'],
  ])
  const after = (await runAdjutant(['show', '--json', idOf(killed.stdout)], { env })).values()[0]
  expect(after.notices).toMatchObject([{ event: 'directive.completed', state: 'sent', status: 204 }])
})

test('a process killed between a courier and its directive leaves nothing that is in anybody’s way', async () => {
  const crash = { ...env, ADJUTANT_CRASH_AT: 'commit.after:1' }
  const killed = await runAdjutant(['run', file({ notifications: [hook()] })], { env: crash })
  expect(killed.signal).toBe('SIGKILL')
  expect((await runAdjutant(['list', '--json'], { env })).stdout).not.toContain(idOf(killed.stdout))
  expect((await run(file({ notifications: [hook()] }))).code).toBe(0)
  expect(told().map(({ type }) => type)).toEqual(['directive.completed'])
})
