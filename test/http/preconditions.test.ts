import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, directive, given, openApi } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

test('of commands for the same state that come at once exactly one is taken, whatever they are', async () => {
  const id = await given(api.call, directive(), false)
  const path = `/v1/directives/${id}`
  for (let round = 0; round < 10; round++) {
    const etag = (await api.call('GET', path)).headers.get('etag')!
    const both = await Promise.all(
      ['one', 'two', 'three'].map((title) =>
        api.call('PATCH', path, { title: `${title} ${round}` }, { 'if-match': etag }),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412, 412])
    const taken = both.find(({ status }) => status === 200)!
    const refused = both.find(({ status }) => status === 412)!
    expect(refused.body).toMatchObject({ code: 'directive.changed' })
    expect(refused.headers.get('etag')).toBe(taken.headers.get('etag'))
  }
})

test('under a key the first answer stands, though the state has changed since', async () => {
  const id = await given(api.call, directive(), false)
  const path = `/v1/directives/${id}`
  const etag = (await api.call('GET', path)).headers.get('etag')!
  const update = (key: string) =>
    api.call('PATCH', path, { title: 'Keyed' }, { 'if-match': etag, 'idempotency-key': key })
  expect((await update('first')).status).toBe(200)
  const again = await update('first')
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  expect((await update('second')).status).toBe(412)
})
