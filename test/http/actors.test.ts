import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directive, given, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const send = (id: string, event: object, address = '', headers = {}) =>
  api.call('POST', `/v1/directives/${id}/actor/events?address=${encodeURIComponent(address)}`, event, headers)

const draft = () => given(api.call, directive(), false)

describe('an event for an actor', () => {
  test('is processed, and answered with what became of the actor', async () => {
    const { status, body } = await send(await draft(), { type: 'directive.update', changes: { title: 'Another' } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ address: '', value: 'draft', context: { file: { title: 'Another' } } })
  })

  test('reaches any address', async () => {
    const id = await given(api.call, directive({ autonomy: 'manual' }))
    const { body } = await send(id, { type: 'approval.deny', by: 'ada', comment: 'no' }, 'approval-1')
    expect(body).toMatchObject({ address: 'approval-1', value: 'denied', status: 'done' })
    expect((await api.call('GET', `/v1/directives/${id}`)).body.outcome.code).toBe('plan.denied')
  })

  test('is dated by the server, whatever its sender says', async () => {
    const id = await draft()
    await send(id, { type: 'directive.stop', at: 1 })
    const { entries } = (await api.call('GET', `/v1/directives/${id}/history`)).body
    expect(entries.at(-1).event).toMatchObject({ type: 'directive.stop', by: 'user' })
    expect(Math.abs(Date.now() - entries.at(-1).event.at)).toBeLessThan(60_000)
  })

  test('is refused when nothing takes it, with what would be taken', async () => {
    const { status, body } = await send(await draft(), { type: 'directive.resume' })
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'event.not_accepted', state: 'draft' })
    expect(body.next).toContain('directive.start')
  })

  test('is refused when it is not one that is accepted from outside, or not in its shape', async () => {
    const id = await draft()
    for (const event of [
      { type: 'merge.request', stepId: 'work-g1' },
      { type: 'directive.stop', reason: 1 },
      { type: 'directive.start', more: true },
    ]) {
      const { status, body } = await send(id, event)
      expect([status, body.code]).toEqual([422, 'event.invalid'])
    }
    expect((await send(id, {})).body.code).toBe('body.invalid')
  })

  test('is refused where nobody lives', async () => {
    expect((await send('nobody', { type: 'directive.start' })).body.code).toBe('system.not_found')
    expect((await send(await draft(), { type: 'step.retry' }, 'gone')).body.code).toBe('event.not_accepted')
  })

  test('is processed once under a key', async () => {
    const id = await draft()
    const key = { 'idempotency-key': 'k-1' }
    expect((await send(id, { type: 'directive.stop', reason: 'enough' }, '', key)).status).toBe(200)
    const again = await send(id, { type: 'directive.stop', reason: 'enough' }, '', key)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
    expect((await send(id, { type: 'directive.stop', reason: 'other' }, '', key)).body.code).toBe(
      'idempotency_key.reused',
    )
  })
})
