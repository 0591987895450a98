import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, createToken } from '../../http/index.ts'
import { eventually } from '../support/eventually.ts'
import { type Answer, answerOf, type Api, directive, given, host, openApi } from './api.ts'

const one = createToken()
const other = createToken()
let api: Api
let ask: (token: string, method: string, path: string, body?: unknown) => Promise<Answer>

beforeAll(async () => {
  api = await openApi()
  const transfer = {
    handOut: async () => null,
    store: async () => null,
    isStored: async () => true,
    logBytes: async () => 0,
    keepLog: async () => undefined,
  }
  const { runtime, tokenHash } = api
  const app = createApp({
    ...{ runtime, tokenHash, transfer, hosts: [host], origins: [] },
    workerTokenHashes: [one.hash, other.hash],
  })
  ask = async (token, method, path, body) => {
    const headers = { host, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return answerOf(
      await app.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    )
  }
})
afterAll(() => api.close())

const workFor = (kind: 'external' | 'human') =>
  given(api.call, directive({}, [{ name: 'work', contract: { executor: { kind } } }]))

test.each([
  ['GET', '/v1/directives'],
  ['POST', '/v1/directives'],
  ['GET', '/v1/approvals'],
  ['GET', '/v1/machines'],
  ['GET', '/v1/contractsandmore'],
  ['GET', '/v1/directives/x/ledger'],
])('a worker has no business at %s %s', async (method, path) => {
  const { status, body } = await ask(one.token, method, path, method === 'POST' ? directive() : undefined)
  expect([status, body.code]).toEqual([403, 'token.insufficient'])
})

test('with a token of its own a worker does a contract from its claim to its delivery', async () => {
  const id = await workFor('external')
  const body = { worker: 'w1', labels: [], waitMs: 10_000 }
  const claimed = await ask(other.token, 'POST', '/v1/contracts/claim', body)
  expect(claimed.status).toBe(200)
  const { id: contract } = claimed.body.contract
  expect((await ask(other.token, 'POST', `/v1/contracts/${contract}/heartbeat`, { fence: 1 })).status).toBe(200)
  expect((await ask(other.token, 'POST', `/v1/contracts/${contract}/deliver`, { fence: 1 })).status).toBe(200)
  await eventually(async () =>
    expect((await ask(api.token, 'GET', `/v1/directives/${id}`)).body.state).toBe('completed'),
  )
})

test('what waits for a person is neither shown to a worker nor taken from one', async () => {
  const id = await workFor('human')
  await eventually(async () =>
    expect((await ask(api.token, 'GET', '/v1/contracts/offers?for=person')).body.offers).toHaveLength(1),
  )
  expect((await ask(one.token, 'GET', '/v1/contracts/offers?for=person')).body.offers).toEqual([])
  for (const verb of ['deliver', 'fail', 'release']) {
    const said = await ask(one.token, 'POST', `/v1/contracts/${id}.work-g1/${verb}`, { reason: 'no', fence: 1 })
    expect(said.body.code).not.toBe('lease.stale')
    expect(said.status).toBeGreaterThanOrEqual(400)
  }
  const delivered = await ask(one.token, 'POST', `/v1/contracts/${id}.work-g1/deliver`, {})
  expect([delivered.status, delivered.body.code]).toEqual([403, 'token.insufficient'])
  expect((await ask(api.token, 'POST', `/v1/contracts/${id}.work-g1/deliver`, {})).status).toBe(200)
})

test('a token that is nobody’s is refused as ever', async () => {
  const { status, body } = await ask(createToken().token, 'GET', '/v1/contracts/offers')
  expect([status, body.code]).toEqual([401, 'token.invalid'])
})
