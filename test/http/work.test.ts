import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../http/index.ts'
import { eventually } from '../support/eventually.ts'
import { type Api, directive, given, host, maxUploadBytes, openApi } from './api.ts'

let api: Api
let folder: string
beforeAll(async () => {
  api = await openApi()
  folder = mkdtempSync(join(tmpdir(), 'adjutant-work-'))
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=W', '-c', 'user.email=w@localhost', ...args], { cwd, encoding: 'utf8' }).trim()

function repository(): string {
  const path = mkdtempSync(join(folder, 'project-'))
  git(path, 'init', '-q', '-b', 'main')
  writeFileSync(join(path, 'a.txt'), 'a\n')
  git(path, 'add', '-A')
  git(path, 'commit', '-q', '-m', 'first')
  return path
}

const by = (executor: object, fields: object = {}) =>
  given(api.call, directive(fields as Record<string, unknown>, [{ name: 'work', contract: { executor } }]))

const claim = (body: object) => api.call('POST', '/v1/contracts/claim', body)
const say = (contract: string, verb: string, body: object, headers: Record<string, string> = {}) =>
  api.call('POST', `/v1/contracts/${contract}/${verb}`, body, headers)

/** Bytes, which `call` would take for text. */
const raw = (method: string, path: string, body?: Uint8Array, type = 'application/x-git-bundle') =>
  api.app.request(path, {
    method,
    headers: { host, authorization: `Bearer ${api.token}`, ...(body && { 'content-type': type }) },
    ...(body && { body: body as Uint8Array<ArrayBuffer> }),
  })

const stateOfStep = async (id: string) => (await api.call('GET', `/v1/directives/${id}`)).body.steps[0].state

test('a worker claims a contract with its labels, fetches the workspace and delivers its commits', async () => {
  const id = await by(
    { kind: 'external', labels: ['t1', 'gpu'] },
    { repository: { path: repository(), baseRef: 'main' } },
  )
  await eventually(async () => {
    const { body } = await api.call('GET', '/v1/contracts/offers?for=worker')
    expect(body.offers).toMatchObject([{ contractId: `${id}.work-g1`, labels: ['t1', 'gpu'], for: 'worker' }])
  })
  expect((await claim({ worker: 'w1', labels: ['gpu'] })).status).toBe(204)
  const { status, body } = await claim({ worker: 'w1', labels: ['gpu', 't1'], waitMs: 30_000 })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    contract: { id: `${id}.work-g1`, step: 'work', attempt: 1, executor: { kind: 'external' } },
    directiveId: id,
    fence: 1,
    leaseMs: 60_000,
    branch: `adjutant/${id}/steps/work-g1`,
    logBytes: 0,
  })
  const contract = body.contract.id
  const bundle = await raw('GET', `/v1/contracts/${contract}/workspace?fence=1`)
  expect(bundle.headers.get('content-type')).toBe('application/x-git-bundle')
  const file = join(folder, 'workspace.bundle')
  writeFileSync(file, Buffer.from(await bundle.arrayBuffer()))
  const clone = join(folder, 'clone')
  git(folder, 'clone', '-q', '--branch', body.branch, file, clone)
  writeFileSync(join(clone, 'b.txt'), 'b\n')
  git(clone, 'add', '-A')
  git(clone, 'commit', '-q', '-m', 'by a worker')
  git(clone, 'bundle', 'create', '-q', file, body.branch, `^${body.baseCommit}`)

  const beat = { fence: 1, message: 'half', percent: 50, phase: 'execute' }
  const log = (offset: number, text: string) => say(contract, 'heartbeat', { ...beat, log: { offset, text } })
  expect((await log(0, 'grüß\n')).body).toEqual({ contractId: contract, state: 'working', leaseMs: 60_000 })
  await log(7, 'token: adj_0123456789012345678901234567890123456789\n')
  await log(7, 'token: adj_0123456789012345678901234567890123456789\n')
  const uploaded = await raw('POST', `/v1/contracts/${contract}/upload?fence=1`, readFileSync(file))
  expect(uploaded.status).toBe(201)
  const delivery = await uploaded.json()
  expect(delivery).toEqual({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    bytes: readFileSync(file).length,
    kind: 'bundle',
  })

  const done = { fence: 1, delivery, summary: 'Did it' }
  const key = { 'idempotency-key': 'deliver-1' }
  expect((await say(contract, 'deliver', done, key)).body).toMatchObject({ state: 'working', leaseMs: null })
  expect((await say(contract, 'deliver', done, key)).status).toBe(200)
  await eventually(async () => expect(await stateOfStep(id)).toBe('passed'))
  const { evidence } = (await api.call('GET', `/v1/directives/${id}/contracts/work-g1`)).body
  expect(evidence).toMatchObject({ summary: 'Did it', by: 'worker:w1', modifiedFiles: ['b.txt'] })
  expect(evidence.logs.tail).toMatch(/^grüß\ntoken: .*\n$/)
  expect(evidence.logs.tail.match(/token/g)).toHaveLength(1)
})

test('with a fence that is not that of the lease nothing is taken, and it is said', async () => {
  const id = await by({ kind: 'external', labels: ['t2'] })
  const { body } = await claim({ worker: 'w1', labels: ['t2'], waitMs: 30_000 })
  const contract = body.contract.id
  expect((await say(contract, 'release', { fence: 1 })).status).toBe(200)
  const again = await claim({ worker: 'w2', labels: ['t2'], waitMs: 30_000 })
  expect(again.body.fence).toBe(2)
  const late = [
    await say(contract, 'heartbeat', { fence: 1 }),
    await say(contract, 'heartbeat', { fence: 1, log: { offset: 0, text: 'late' } }),
    await say(contract, 'deliver', { fence: 1, summary: 'late' }),
    await say(contract, 'deliver', { fence: 1, summary: 'late' }, { 'idempotency-key': `late-${id}` }),
    await say(contract, 'deliver', { summary: 'without any' }),
    await say(contract, 'fail', { fence: 1, reason: 'late' }),
    await say(contract, 'release', { fence: 1 }),
  ]
  expect(late.map(({ status, body: { code } }) => [status, code])).toEqual(late.map(() => [409, 'lease.stale']))
  expect((await raw('GET', `/v1/contracts/${contract}/workspace?fence=1`)).status).toBe(409)
  expect((await raw('GET', `/v1/contracts/${contract}/workspace?fence=2`)).status).toBe(204)
  expect((await raw('POST', `/v1/contracts/${contract}/upload?fence=1`, Buffer.from('x'))).status).toBe(409)
  const gone = { sha256: 'a'.repeat(64), bytes: 1, kind: 'patch' }
  expect((await say(contract, 'deliver', { fence: 2, delivery: gone })).body.code).toBe('delivery.missing')
  expect((await say(contract, 'deliver', { fence: 2, summary: 'asked around' })).status).toBe(200)
  await eventually(async () => expect(await stateOfStep(id)).toBe('passed'))
  expect((await say(contract, 'heartbeat', { fence: 2 })).body.code).toBe('lease.stale')
})

test('what is uploaded has a type and a limit', async () => {
  await by({ kind: 'external', labels: ['t3'] })
  const { body } = await claim({ worker: 'w1', labels: ['t3'], waitMs: 30_000 })
  const path = `/v1/contracts/${body.contract.id}/upload?fence=1`
  expect((await raw('POST', path, Buffer.from('x'), 'application/zip')).status).toBe(415)
  expect((await raw('POST', path, Buffer.alloc(maxUploadBytes + 1))).status).toBe(413)
  const chunked = api.app.request(path, {
    method: 'POST',
    headers: { host, authorization: `Bearer ${api.token}`, 'content-type': 'text/x-patch; charset=utf-8' },
    body: ReadableStream.from([Buffer.alloc(maxUploadBytes), Buffer.alloc(1)]) as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  expect((await chunked).status).toBe(413)
  expect(await (await raw('POST', path, Buffer.from('diff'), 'text/x-patch')).json()).toMatchObject({ kind: 'patch' })
  await say(body.contract.id, 'fail', { fence: 1, code: 'worker.full', reason: 'no disk' })
})

test('each contract is given to one of the workers that wait for it, and one that went gets none', async () => {
  const gone = new AbortController()
  const waiting = api.app.request('/v1/contracts/claim', {
    method: 'POST',
    headers: { host, authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ worker: 'gone', labels: ['t4'], waitMs: 30_000 }),
    signal: gone.signal,
  })
  const others = ['w1', 'w2', 'w3'].map((worker) => claim({ worker, labels: ['t4'], waitMs: 10_000 }))
  gone.abort()
  expect((await waiting).status).toBe(204)
  await by({ kind: 'external', labels: ['t4'] })
  const answers = await Promise.all(others)
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 204, 204])
})

test('a worker that reports a failure has failed the attempt', async () => {
  const id = await by({ kind: 'external', labels: ['t5'] }, { limits: { maxReworkCycles: 0 } })
  const { body } = await claim({ worker: 'w1', labels: ['t5'], waitMs: 30_000 })
  const failing = await say(body.contract.id, 'fail', { fence: 1, code: 'worker.no_gpu', reason: 'it burnt down' })
  expect(failing.status).toBe(200)
  await eventually(async () => expect(await stateOfStep(id)).toBe('blocked'))
  const { failure } = (await api.call('GET', `/v1/directives/${id}/contracts/work-g1`)).body
  expect(failure).toMatchObject({ code: 'worker.no_gpu', reason: 'it burnt down' })
})

test('a person is shown where to work, and says when it is done', async () => {
  const id = await by({ kind: 'human', note: 'ask Anna' }, { repository: { path: repository(), baseRef: 'main' } })
  const offer = await eventually(async () => {
    const { body } = await api.call('GET', '/v1/contracts/offers?for=person')
    expect(body.offers).toMatchObject([{ contractId: `${id}.work-g1`, note: 'ask Anna' }])
    return body.offers[0]
  })
  const contract = offer.contractId
  writeFileSync(join(offer.path, 'by-hand.txt'), 'x\n')
  const stored = { sha256: 'a'.repeat(64), bytes: 1, kind: 'patch' }
  expect((await say(contract, 'deliver', { delivery: stored })).body.code).toBe('delivery.missing')
  expect((await say(contract, 'heartbeat', { fence: 1 })).body.code).toBe('event.not_accepted')
  expect((await say(contract, 'deliver', { summary: 'By hand', by: 'anna' })).status).toBe(200)
  await eventually(async () => expect(await stateOfStep(id)).toBe('passed'))
  const { evidence } = (await api.call('GET', `/v1/directives/${id}/contracts/work-g1`)).body
  expect(evidence).toMatchObject({ summary: 'By hand', by: 'anna', modifiedFiles: ['by-hand.txt'] })
  expect((await say(contract, 'deliver', { summary: 'twice', by: 'anna' })).status).toBe(409)
})

test('a contract that is not there is not found', async () => {
  const id = await by({ kind: 'noop' })
  for (const name of ['nonsense', 'no.work-g1', `${id}.none-g1`, `${id}.`]) {
    const { status, body } = await say(name, 'deliver', { fence: 1 })
    expect([status, body.code]).toEqual([404, 'contract.not_found'])
  }
})

test('a server without a way to hand work out says so', async () => {
  const { runtime, tokenHash, token } = api
  const app = createApp({ runtime, tokenHash, hosts: [host], origins: [] })
  const headers = { host, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await app.request('/v1/contracts/claim', { method: 'POST', headers, body: '{"worker":"w1"}' })
  expect([answer.status, ((await answer.json()) as any).code]).toEqual([503, 'workers.unsupported'])
})

test('a pause withdraws what nobody has claimed, and leaves what somebody has; resumed, it is offered again', async () => {
  const step = (name: string) => ({ name, contract: { executor: { kind: 'external', labels: ['paused'] } } })
  const id = await given(api.call, directive({}, [step('one'), step('two')]))
  const offersNow = async () =>
    (await api.call('GET', '/v1/contracts/offers')).body.offers.filter((each: any) => each.directiveId === id).length
  await eventually(async () => expect(await offersNow()).toBe(2))
  const claimed = await claim({ worker: 'w1', labels: ['paused'] })
  expect(claimed.status).toBe(200)
  await api.call('POST', `/v1/directives/${id}/pause`, {})
  expect(await offersNow()).toBe(0)
  expect((await claim({ worker: 'w2', labels: ['paused'] })).status).toBe(204)
  expect((await say(claimed.body.contract.id, 'heartbeat', { fence: 1 })).status).toBe(200)
  expect((await say(claimed.body.contract.id, 'deliver', { fence: 1, summary: 'done' })).status).toBe(200)
  await api.call('POST', `/v1/directives/${id}/resume`, {})
  expect(await offersNow()).toBe(1)
  expect((await claim({ worker: 'w2', labels: ['paused'] })).status).toBe(200)
})
