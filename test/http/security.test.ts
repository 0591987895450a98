import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { host, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const list = (headers: Record<string, string>) => api.call('GET', '/v1/directives', undefined, headers)

describe('the token', () => {
  test.each([
    ['none', ''],
    ['another', 'Bearer adj_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['the hash itself', 'hash'],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['nothing after the scheme', 'Bearer '],
    ['two at once', 'two'],
  ])('%s opens nothing under /v1', async (_, given) => {
    const authorization = { hash: `Bearer ${api.tokenHash}`, two: `Bearer ${api.token}, Bearer ${api.token}` }[given]
    const { status, headers, body } = await list({ authorization: authorization ?? given })
    expect([status, body.code]).toEqual([401, 'token.invalid'])
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="adjutant"/)
  })

  test('is asked for before anything is told, also about paths and methods that are not there', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['DELETE', '/v1/directives'],
      ['GET', '/v1/directives/none'],
    ] as const) {
      expect((await api.call(method, path, undefined, { authorization: '' })).status).toBe(401)
    }
  })

  test('opens, in any case of the scheme', async () => {
    expect((await list({})).status).toBe(200)
    expect((await list({ authorization: `bearer ${api.token}` })).status).toBe(200)
  })
})

describe('the Host header', () => {
  test.each(['evil.example', '127.0.0.1.evil.example:4000', '127.0.0.1', '127.0.0.1:4001', '', '0.0.0.0:4000'])(
    '%j is not answered to',
    async (name) => {
      const { status, body } = await list({ host: name })
      expect([status, body.code]).toEqual([421, 'host.not_allowed'])
      expect((await api.call('GET', '/healthz', undefined, { host: name })).status).toBe(421)
    },
  )
})

describe('the Origin header', () => {
  test.each(['http://evil.example', 'null', `https://${host}`, `http://${host}.evil.example`])(
    '%j is refused',
    async (origin) => {
      const { status, body } = await list({ origin })
      expect([status, body.code]).toEqual([403, 'origin.not_allowed'])
    },
  )

  test('of ours is let in, and no answer invites other pages', async () => {
    const { status, headers } = await list({ origin: `http://${host}` })
    expect(status).toBe(200)
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    const preflight = await api.call('OPTIONS', '/v1/directives', undefined, {
      origin: `http://${host}`,
      'access-control-request-method': 'POST',
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([405, null])
  })
})

describe('problems', () => {
  test('an unknown path, and a method a path does not take, are told as problems', async () => {
    const missing = await api.call('GET', '/v1/nothing')
    expect([missing.status, missing.body.code, missing.body.instance]).toEqual([404, 'route.not_found', '/v1/nothing'])
    const wrong = await api.call('PUT', '/v1/directives', '<xml/>', { 'content-type': 'text/xml' })
    expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
      405,
      'method.not_allowed',
      'POST, GET, HEAD',
    ])
    for (const { headers } of [missing, wrong]) expect(headers.get('content-type')).toBe('application/problem+json')
  })

  test('every answer has a request id; a sensible one of the caller’s is kept', async () => {
    const own = await list({ 'x-request-id': 'abc-123' })
    expect(own.headers.get('x-request-id')).toBe('abc-123')
    const { headers, body } = await api.call('GET', '/v1/nothing', undefined, { 'x-request-id': '<script>' })
    expect(body.requestId).toBe(headers.get('x-request-id'))
    expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('what nobody expected is logged once, and told without its words', async () => {
    const broken = await openApi()
    await broken.database.database.sql`drop table projection`
    const { status, body } = await broken.call('GET', '/v1/directives')
    expect([status, body.code]).toEqual([500, 'server.defect'])
    expect(JSON.stringify(body)).not.toMatch(/projection|select|\.ts/)
    expect(broken.logged).toMatchObject([{ message: expect.stringContaining('projection') }])
    await broken.close()
  })
})
