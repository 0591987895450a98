import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../http/index.ts'
import { type Api, directive, host, openApi } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

/** A request to a process that has these models. */
async function create(models: string[], file: object, key?: string): Promise<{ id: string; status: number }> {
  const { runtime, tokenHash, token } = api
  const defaults = { models: { planner: models, agent: models, judge: [] }, notifications: [] }
  const app = createApp({ runtime, tokenHash, hosts: [host], origins: [], defaults })
  const headers = { host, authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const keyed = key === undefined ? headers : { ...headers, 'idempotency-key': key }
  const made = await app.request('/v1/directives', { method: 'POST', headers: keyed, body: JSON.stringify(file) })
  return { ...((await made.json()) as { id: string }), status: made.status }
}

const modelsOf = async (id: string) => (await api.runtime.snapshot(id)).context.models

test('a directive has the models its file names, and for the rest those of the process that creates it', async () => {
  const { id } = await create(['usual'], directive({ model: { planner: 'wanted' } }))
  expect(await modelsOf(id)).toEqual({ planner: ['wanted'], agent: ['usual'], judge: [] })
})

test('a repeated creation meets the first one, also when the process has other models by then', async () => {
  const first = await create(['usual'], directive(), 'models-changed')
  expect(await create(['another'], directive(), 'models-changed')).toEqual(first)
  expect(await modelsOf(first.id)).toMatchObject({ planner: ['usual'] })
  expect((await create(['usual'], directive({ goal: 'another' }), 'models-changed')).status).toBe(422)
})
