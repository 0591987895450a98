import { afterAll, beforeAll, expect, test } from 'vitest'
import { directive, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const post = (body: string, headers: Record<string, string> = {}) => api.call('POST', '/v1/directives', body, headers)

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'text/json', ''])(
  'a body of type %j is not read',
  async (type) => {
    const { status, headers, body } = await post(JSON.stringify(directive()), { 'content-type': type })
    expect([status, body.code]).toEqual([415, 'body.not_json_type'])
    expect(headers.get('accept')).toBe('application/json')
  },
)

test('a charset of UTF-8 may be named', async () => {
  const { status } = await post(JSON.stringify(directive()), { 'content-type': 'application/json; charset=UTF-8' })
  expect(status).toBe(201)
})

test.each(['{"title":', '{title: 1}', 'hunter2', '{} {}', '\u0000'])('%j is not well-formed', async (text) => {
  const { status, body } = await post(text)
  expect([status, body.code]).toEqual([400, 'body.malformed'])
  expect(JSON.stringify(body)).not.toContain('hunter2')
})

test('bytes that are no UTF-8 are refused rather than replaced', async () => {
  const body = Buffer.from([0x22, 0xff, 0xfe, 0x22])
  const headers = { host: '127.0.0.1:4000', authorization: `Bearer ${api.token}`, 'content-type': 'application/json' }
  expect((await api.app.request('/v1/directives', { method: 'POST', headers, body })).status).toBe(400)
})

test.each(['null', '[]', '"text"', '7'])('a body of %s is no directive', async (text) => {
  const { status, body } = await post(text)
  expect([status, body.errors[0].pointer]).toEqual([422, ''])
})

test('a body over 1 MB is refused, one just under it is read', async () => {
  const filled = (bytes: number) => {
    const base = JSON.stringify(directive({ goal: '' })).length
    return JSON.stringify(directive({ goal: 'x'.repeat(bytes - base) }))
  }
  const over = await post(filled(1_000_001))
  expect([over.status, over.body.code]).toEqual([413, 'body.too_large'])
  expect((await post(filled(1_000_000))).status).toBe(201)
})

test('a member name with slashes and tildes is escaped in its pointer', async () => {
  const { body } = await post(JSON.stringify(directive({ 'a/b~c': 1 })))
  expect(body.errors).toEqual([{ pointer: '/a~1b~0c', detail: 'This member is not known' }])
})

test('members that would reach into prototypes are unknown members', async () => {
  const { status } = await post('{"title":"t","goal":"g","__proto__":{"autonomy":"full_auto"}}')
  expect(status).toBe(422)
  expect(({} as any).autonomy).toBeUndefined()
})

test('a command may come without any body', async () => {
  const { body } = await post(JSON.stringify(directive({ autonomy: 'manual' })))
  expect((await api.call('POST', `/v1/directives/${body.id}/start`)).status).toBe(200)
})

test('a command cannot say when it was given, nor be another', async () => {
  const { body } = await post(JSON.stringify(directive()))
  for (const extra of [{ at: 1 }, { type: 'directive.stop' }]) {
    const answer = await api.call('POST', `/v1/directives/${body.id}/start`, extra)
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, `/${Object.keys(extra)[0]}`])
  }
})

test.each(['/v1/directives/%00', '/v1/directives?after=%00', '/v1/approvals?directive=a%00'])(
  '%s holds a NUL, so it names nothing',
  async (path) => {
    const { status, body } = await api.call('GET', path)
    expect([status, body.code]).toEqual([404, 'route.not_found'])
  },
)
