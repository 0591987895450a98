import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../http/index.ts'
import { answerOf, directive, host, openApi, type Api } from './api.ts'

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
  expect(await ask('/readyz')).toMatchObject({
    status: 200,
    body: { status: 'ready', checks: { database: 'ok', loops: 'ok' } },
  })
})

test('one condition that fails, or never answers, makes it unready', async () => {
  const failing = { disk: () => Promise.reject(new Error('hunter2')), slow: () => new Promise<void>(() => {}) }
  const { status, body } = await ask('/readyz', failing)
  expect([status, body]).toEqual([
    503,
    { status: 'unready', checks: { database: 'ok', loops: 'ok', disk: 'failed', slow: 'failed' } },
  ])
})

test('when its loops have ended, and when its database is gone, it is alive and not ready', async () => {
  const other = await openApi()
  const checks = async () => (await other.call('GET', '/readyz')).body.checks
  expect(await checks()).toEqual({ database: 'ok', loops: 'ok' })
  await other.runtime.close()
  expect(await checks()).toEqual({ database: 'ok', loops: 'failed' })
  const { body } = await other.call('POST', '/v1/directives', directive())
  expect(body).toMatchObject({ status: 503, code: 'runtime.closed' })
  await other.database.database.close()
  expect(await checks()).toEqual({ database: 'failed', loops: 'failed' })
  expect((await other.call('GET', '/healthz')).status).toBe(200)
  expect((await other.call('GET', '/v1/directives')).body).toMatchObject({ status: 503, code: 'database.unreachable' })
  await other.close()
})
