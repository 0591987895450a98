import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openServer } from '../support/workers.ts'

let db: TestDatabase
let server: Awaited<ReturnType<typeof openServer>>
const folder = makeFolder()

beforeAll(async () => {
  db = await createTestDatabase()
  server = await openServer(folder.path, db.url)
})
afterAll(async () => {
  await server.close()
  await db.drop()
  folder.remove()
})

const contractOf = async (id: string) => (await server.ask('GET', `/v1/directives/${id}/contracts/work-g1`)).body

test('a worker does one contract in a clone of its own, and its log and phases are the attempt’s', async () => {
  const line = `
    cat README.md; echo "$ADJUTANT_TOKEN"; echo verify > "$ADJUTANT_OUTBOX/phase"
    git config user.email x@y; echo 1 > own.txt; git add own.txt; git commit -q -m own; echo 2 > left.txt
    echo "Two files" > "$ADJUTANT_OUTBOX/summary.md"; echo '{"usd":0.5,"model":"m"}' >> "$ADJUTANT_OUTBOX/costs.jsonl"
    until [ -e "$MARKS/go" ]; do sleep 0.1; done; echo "the end"; printf '{"usd":0.25}' >> "$ADJUTANT_OUTBOX/costs.jsonl"`
  const MARKS = join(folder.path, 'go-on')
  mkdirSync(MARKS)
  const worker = server.work('w1', line, ['--once', '--labels', 'gpu,linux'], { MARKS })
  const id = await server.given(['work'], { labels: ['gpu'], leaseSeconds: 30 })
  await eventually(async () => expect((await contractOf(id)).phase).toBe('verify'))
  writeFileSync(join(MARKS, 'go'), '')
  const ended = await worker.ended
  expect(ended.code).toBe(0)
  expect(ended.values()).toMatchObject([{ event: 'claimed', contract: `${id}.work-g1` }, { event: 'delivered' }])
  await eventually(async () => expect((await server.state(id)).state).toBe('completed'))
  const { evidence, phase } = await contractOf(id)
  const { entries } = (await server.ask('GET', `/v1/directives/${id}/ledger`)).body
  expect(entries).toMatchObject([
    { usd: 0.5, model: 'm', activity: 'contractor', source: 'reported' },
    { usd: 0.25, model: null },
  ])
  expect(evidence).toMatchObject({
    modifiedFiles: ['left.txt', 'own.txt'],
    summary: 'Two files',
    by: 'worker:w1',
    logs: { tail: 'a project\n\nthe end\n' },
  })
  expect(phase).toBe('verify')
  // Nothing of the work stays on the worker's machine.
  const tmp = join(folder.path, 'w1', 'worker', 'tmp')
  expect(readdirSync(tmp).flatMap((owner) => readdirSync(join(tmp, owner)))).toEqual([])
})

test('a command that fails has failed the attempt, with its exit code and what it said', async () => {
  const worker = server.work('w2', 'echo it burnt down; exit 3', ['--once', '--labels', 't2'])
  const id = await server.given(['work'], { labels: ['t2'] }, { limits: { maxReworkCycles: 0 } })
  const ended = await worker.ended
  expect([ended.code, ended.values().at(-1)]).toMatchObject([1, { event: 'failed', why: 'sh ended with exit code 3' }])
  await eventually(async () =>
    expect((await contractOf(id)).failure).toEqual({
      code: 'executor.exited',
      reason: 'sh ended with exit code 3',
      exitCode: 3,
      outputTail: 'it burnt down\n',
    }),
  )
})

test('Ctrl-C gives the contract back at once, and ends the command', async () => {
  const MARKS = join(folder.path, 'marks')
  mkdirSync(MARKS)
  const line = 'trap "touch $MARKS/ended; exit 1" TERM; touch "$MARKS/begun"; while :; do sleep 0.05; done'
  const worker = server.work('w3', line, ['--labels', 't3'], { MARKS })
  const id = await server.given(['work'], { labels: ['t3'], leaseSeconds: 600 })
  await eventually(() => expect(existsSync(join(MARKS, 'begun'))).toBe(true))
  worker.kill('SIGINT')
  const ended = await worker.ended
  expect([ended.code, ended.values().at(-1)]).toMatchObject([0, { event: 'released' }])
  expect(existsSync(join(MARKS, 'ended'))).toBe(true)
  const { body } = await server.ask('GET', '/v1/contracts/offers')
  expect(body.offers).toMatchObject([{ contractId: `${id}.work-g1` }])
})

test('what makes no sense is refused in one line', async () => {
  const started = async (args: string[], env = {}) => {
    const { code, stderr } = await runAdjutant(['worker', ...args, '--', 'true'], {
      env: { ADJUTANT_HOME: join(folder.path, 'none'), ...env },
    })
    return [code, stderr.split('\n')[0]]
  }
  expect(await started(['--url', server.url])).toEqual([2, 'adjutant: a worker needs the token of the server'])
  const [code, words] = await started(['--url', server.url, '--token', 'adj_wrong'])
  expect([code, words]).toEqual([2, `adjutant: ${server.url} does not take this token`])
  expect((await started(['--url', 'ftp://x', '--token', 'x']))[0]).toBe(2)
})
