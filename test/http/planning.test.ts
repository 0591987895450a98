import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => void (api = await openApi()))
afterAll(() => api.close())

test('a goal alone is accepted; where no model is configured, the directive is paused and says so', async () => {
  const { status, body } = await api.call('POST', '/v1/directives', { title: 'T', goal: 'G' })
  expect(status).toBe(201)
  expect(body.chain).toBeNull()
  expect((await api.call('POST', `/v1/directives/${body.id}/start`)).status).toBe(200)
  const paused = (await api.call('GET', `/v1/directives/${body.id}`)).body
  expect(paused).toMatchObject({ state: 'paused', planner: 'model', attention: { code: 'planning.failed' } })
  expect(paused.attention.reason).toContain('no model is configured that could plan')

  // A chain by hand is a way out.
  const chain = {
    name: 'c',
    steps: [
      { name: 'one', type: 'operate', description: 'x', contract: { executor: { kind: 'noop' } }, verifiers: [] },
    ],
  }
  const replan = { reason: 'by hand', chain }
  expect((await api.call('POST', `/v1/directives/${body.id}/replan`, replan)).status).toBe(200)
  const after = (await api.call('GET', `/v1/directives/${body.id}`)).body
  expect(after).toMatchObject({ state: 'active', chain: { source: 'file', steps: 1 } })
})
