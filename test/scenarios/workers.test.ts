import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openServer, repositoryIn } from '../support/workers.ts'

let db: TestDatabase
let folder: ReturnType<typeof makeFolder>
let server: Awaited<ReturnType<typeof openServer>>

beforeEach(async () => {
  db = await createTestDatabase()
  folder = makeFolder()
  server = await openServer(folder.path, db.url)
})
afterEach(async () => {
  await server.close()
  await db.drop()
  folder.remove()
})

// Says what it has begun, and ends when the test says so.
const line = `
set -e
step=$(node -p 'JSON.parse(require("fs").readFileSync(process.env.ADJUTANT_CONTRACT_FILE)).step')
echo "$WHO works on $step"
echo "$WHO" > "$step.txt"
touch "$MARKS/$WHO-$step"
while [ ! -e "$MARKS/go" ]; do sleep 0.05; done
echo "made by $WHO" > "$ADJUTANT_OUTBOX/summary.md"`

test('of three workers one is stopped past its lease and continued, one is killed: all is done, once', async () => {
  const MARKS = join(folder.path, 'marks')
  mkdirSync(MARKS)
  const path = repositoryIn(folder.path)
  const id = await server.given(['one', 'two', 'three'], { leaseSeconds: 6 }, { repository: { path, baseRef: 'main' } })
  const [first, second, third] = ['w1', 'w2', 'w3'].map((name) => server.work(name, line, [], { MARKS }))
  await eventually(() => expect(readdirSync(MARKS)).toHaveLength(3), 60_000)
  const stepOf = (who: string) =>
    readdirSync(MARKS)
      .find((mark) => mark.startsWith(`${who}-`))!
      .slice(3)
  const [stopped, killed] = [stepOf('w1'), stepOf('w2')]
  first!.kill('SIGSTOP')
  second!.kill('SIGKILL')

  // Nobody hears of them: what they had is offered again.
  const emitted = async (type: string) =>
    (await server.ask('GET', `/v1/directives/${id}/events?limit=1000`)).body.events.filter(
      (each: any) => each.type === type,
    )
  await eventually(async () => {
    const lapsed = (await emitted('contract.lapsed')).map(({ data }: any) => data.worker)
    expect(lapsed.sort()).toEqual(['w1', 'w2'])
  }, 60_000)
  const late = { fence: 1, delivery: null, summary: 'late' }
  const contract = `${id}.${stopped}-g1`
  const refused = await server.ask('POST', `/v1/contracts/${contract}/deliver`, late)
  expect([refused.status, refused.body.code]).toEqual([409, 'lease.stale'])

  writeFileSync(join(MARKS, 'go'), '')
  await eventually(async () => {
    const { body } = await server.ask('GET', `/v1/directives/${id}/contracts/${stopped}-g1`)
    expect(body.evidence).toMatchObject({ by: 'worker:w3', summary: 'made by w3' })
  }, 60_000)
  first!.kill('SIGCONT')
  await eventually(() =>
    expect(first!.events()).toMatchObject([
      { event: 'claimed', contract, fence: 1 },
      { event: 'lost', contract, fence: 1, why: expect.stringContaining('lease.stale') },
    ]),
  )
  await eventually(async () => expect((await server.state(id)).state).toBe('completed'), 60_000)
  const branch = `adjutant/${id}/result`
  const shown = (step: string) =>
    execFileSync('git', ['show', `${branch}:${step}.txt`], { cwd: path, encoding: 'utf8' })
  expect(['one', 'two', 'three'].map(shown)).toEqual(['w3\n', 'w3\n', 'w3\n'])
  const claims = (await emitted('contract.claimed')).map(({ stepId, data }: any) => [stepId, data.worker, data.fence])
  expect(claims).toHaveLength(5)
  for (const step of [stopped, killed]) expect(claims).toContainEqual([`${step}-g1`, 'w3', 2])
  // What it says of its last delivery may come a moment after the directive is completed by it.
  await eventually(() => expect(third!.events().filter(({ event }) => event === 'delivered')).toHaveLength(3))
  third!.kill('SIGINT')
  expect((await third!.ended).code).toBe(0)
}, 180_000)

test('a worker outlives the server it works for', async () => {
  const MARKS = join(folder.path, 'marks')
  mkdirSync(MARKS)
  const id = await server.given(['one'], { leaseSeconds: 60 })
  const worker = server.work('w1', line, ['--once'], { MARKS })
  await eventually(() => expect(readdirSync(MARKS)).toEqual(['w1-one']), 60_000)
  await server.restart()
  writeFileSync(join(MARKS, 'go'), '')
  expect((await worker.ended).code).toBe(0)
  await eventually(async () => expect((await server.state(id)).state).toBe('completed'), 60_000)
  const { body } = await server.ask('GET', `/v1/directives/${id}/contracts/one-g1`)
  expect(body).toMatchObject({ attempt: 1, evidence: { summary: 'made by w1', by: 'worker:w1' } })
}, 180_000)
