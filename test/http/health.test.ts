import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../http/index.ts'
import { answerOf, host, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const ask = async (path: string, readiness = {}) => {
  const app = createApp({ runtime: api.runtime, tokenHash: api.tokenHash, hosts: [host], origins: [], readiness })
  return answerOf(await app.request(path, { headers: { host } }))
}

test('health and readiness are told without a token', async () => {
  expect(await ask('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  expect(await ask('/readyz')).toMatchObject({ status: 200, body: { status: 'ready', checks: { database: 'ok' } } })
})

test('one condition that fails, or never answers, makes it unready', async () => {
  const failing = { loops: () => Promise.reject(new Error('hunter2')), slow: () => new Promise<void>(() => {}) }
  const { status, body } = await ask('/readyz', failing)
  expect([status, body]).toEqual([
    503,
    { status: 'unready', checks: { database: 'ok', loops: 'failed', slow: 'failed' } },
  ])
})

test('without its database it is alive and not ready', async () => {
  const other = await openApi()
  await other.runtime.close()
  await other.database.database.close()
  const call = (path: string) => other.call('GET', path)
  expect((await call('/healthz')).status).toBe(200)
  expect((await call('/readyz')).status).toBe(503)
  expect((await call('/v1/directives')).body).toMatchObject({ status: 503, code: 'database.unreachable' })
  await other.close().catch(() => {})
})
