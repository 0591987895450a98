import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../http/index.ts'
import { courierFor, NotificationTarget } from '../../machines/index.ts'
import { type Api, directive, host, openApi } from './api.ts'

// A private address: refused before anything is sent, which is all that is looked at here.
const url = 'https://127.0.0.1:9/hook'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const notices = async (id: string) =>
  (await api.runtime.list('notice', { systemId: `courier.${id}` })).map(({ data }) => data)

const ended = (id: string) => api.runtime.waitFor(`courier.${id}`, 'done', { timeout: 60_000 })

test('a directive that tells somebody gets a courier, which is done after the last notice', async () => {
  const { body } = await api.call('POST', '/v1/directives', directive({ notifications: [{ url }] }))
  expect((await api.runtime.snapshot(`courier.${body.id}`)).value).toBe('waiting')
  await api.call('POST', `/v1/directives/${body.id}/start`)
  await ended(body.id)
  expect(await notices(body.id)).toMatchObject([
    { directiveId: body.id, event: 'directive.completed', state: 'refused', code: 'notice.address_refused' },
  ])
  const listed = await api.call('GET', `/v1/notices?directive=${body.id}&state=refused`)
  expect(listed.body).toMatchObject({
    notices: [{ directiveId: body.id, event: 'directive.completed', attempts: 1, target: 1, kind: 'webhook' }],
    cursor: null,
  })
  expect(Date.parse(listed.body.notices[0].endedAt)).not.toBeNaN()
  expect((await api.call('GET', `/v1/notices?directive=${body.id}&state=sent`)).body.notices).toEqual([])
})

test('one made by an attempt that died before the directive was there is taken by the next', async () => {
  const headers = { 'idempotency-key': 'half-made' }
  const file = directive({ notifications: [{ url }] })
  const { id } = (await api.call('POST', '/v1/directives', file, headers)).body
  expect((await api.call('POST', '/v1/directives', file, headers)).body.id).toBe(id)
  // Whoever made it, and whether or not its directive came to be: it is the same one.
  await api.runtime.spawn('courier', courierFor(id))
  await api.call('POST', `/v1/directives/${id}/stop`, { reason: 'enough' })
  await ended(id)
  expect(await notices(id)).toMatchObject([{ event: 'directive.failed', message: 'directive.stopped: enough' }])
})

test('without anybody to tell there is none, unless the process has a default', async () => {
  const plain = (await api.call('POST', '/v1/directives', directive())).body.id
  await expect(api.runtime.snapshot(`courier.${plain}`)).rejects.toMatchObject({ code: 'system.not_found' })
  const { runtime, tokenHash, token } = api
  const defaults = {
    models: { planner: [], agent: [], judge: [] },
    notifications: [NotificationTarget.parse({ urlEnv: 'HOOK', events: ['directive.failed'] })],
  }
  const app = createApp({ runtime, tokenHash, hosts: [host], origins: [], defaults })
  const headers = { host, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const made = await app.request('/v1/directives', { method: 'POST', headers, body: JSON.stringify(directive()) })
  const { id } = (await made.json()) as { id: string }
  expect((await runtime.snapshot(id)).context.file.notifications).toMatchObject([{ urlEnv: 'HOOK' }])
  expect((await runtime.snapshot(`courier.${id}`)).value).toBe('waiting')
})

test('a courier is nobody’s to command and no directive', async () => {
  const { id } = (await api.call('POST', '/v1/directives', directive({ notifications: [{ url }] }))).body
  expect((await api.call('GET', `/v1/directives/courier.${id}`)).body).toMatchObject({
    code: expect.stringMatching(/^(system|directive).not_found$/),
  })
  expect((await api.call('POST', `/v1/directives/courier.${id}/stop`)).status).toBe(404)
  const forged = { type: 'courier.carry', at: 1, directive: { id, title: 'T' }, targets: [], event: {} }
  await expect(api.runtime.send(`courier.${id}`, forged)).rejects.toMatchObject({ code: 'event.invalid' })
})

test('a draft that names somebody later gets one then', async () => {
  const { id } = (await api.call('POST', '/v1/directives', directive())).body
  const { status } = await api.call('PATCH', `/v1/directives/${id}`, { notifications: [{ url }] })
  expect(status).toBe(200)
  expect((await api.runtime.snapshot(`courier.${id}`)).value).toBe('waiting')
  await api.call('POST', `/v1/directives/${id}/stop`)
  await ended(id)
  expect(await notices(id)).toMatchObject([{ event: 'directive.failed' }])
})
