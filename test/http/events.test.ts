import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { directive, given, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

test('events are told in order, each once, however small the pages are', async () => {
  const id = await given(api.call, directive({}, [{ name: 'one' }, { name: 'two', dependsOn: ['one'] }]))
  const whole = await eventually(async () => {
    const { events } = (await api.call('GET', `/v1/directives/${id}/events?limit=1000`)).body
    expect(events.at(-1).type).toBe('directive.completed')
    return events
  })
  const paged: any[] = []
  for (let cursor = 0, more = true; more;) {
    const { body } = await api.call('GET', `/v1/directives/${id}/events?after=${cursor}&limit=2`)
    paged.push(...body.events)
    more = body.events.length > 0
    cursor = body.cursor
  }
  expect(paged).toEqual(whole)
  expect(new Set(whole.map(({ seq, n }: any) => `${seq}.${n}`)).size).toBe(whole.length)
  expect(whole.map(({ seq }: any) => seq)).toEqual(
    whole.map(({ seq }: any) => seq).toSorted((a: number, b: number) => a - b),
  )
})

test('after the last event the cursor stays, so that a follower can ask again', async () => {
  const id = await given(api.call, directive({ autonomy: 'manual' }))
  const { cursor } = (await api.call('GET', `/v1/directives/${id}/events`)).body
  const { body } = await api.call('GET', `/v1/directives/${id}/events?after=${cursor}`)
  expect(body).toEqual({ events: [], cursor })
  await api.call('POST', `/v1/directives/${id}/stop`)
  const later = (await api.call('GET', `/v1/directives/${id}/events?after=${cursor}`)).body.events
  expect(later.map(({ type }: any) => type)).toContain('directive.failed')
})

test('an event says when, who, how grave and what in a line', async () => {
  const id = await given(api.call, directive({ autonomy: 'manual' }))
  const { events } = (await api.call('GET', `/v1/directives/${id}/events?limit=1`)).body
  expect(events[0]).toMatchObject({
    type: 'directive.status_changed',
    severity: 'info',
    actor: { type: 'user', id: 'user' },
    data: { message: 'the directive is planning' },
  })
  expect(Number.isNaN(Date.parse(events[0].at))).toBe(false)
})
