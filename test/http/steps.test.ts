import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { directive, given, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const failing = directive({ limits: { maxReworkCycles: 0 } }, [
  { name: 'fails', contract: { executor: { kind: 'command', argv: ['false'] } } },
])

const stateOfStep = async (id: string) => (await api.call('GET', `/v1/directives/${id}`)).body.steps[0].state

/** A directive whose only step is blocked. */
async function blocked(): Promise<string> {
  const id = await given(api.call, failing)
  await eventually(async () => expect(await stateOfStep(id)).toBe('blocked'))
  return id
}

const give = (id: string, step: string, verb: string, body: unknown = {}) =>
  api.call('POST', `/v1/directives/${id}/steps/${step}/${verb}`, body)

test('a blocked step can be skipped, by its name', async () => {
  const id = await blocked()
  const { status, body } = await give(id, 'fails', 'skip', { reason: 'not needed' })
  expect(status).toBe(200)
  expect(body).toMatchObject({ id: 'fails-g1', directiveId: id, state: 'skipped', skipped: 'not needed' })
  expect(await stateOfStep(id)).toBe('skipped')
})

test('a blocked step can be retried, by its id', async () => {
  const id = await blocked()
  const { status, body } = await give(id, 'fails-g1', 'retry')
  expect(status).toBe(200)
  expect(body).toMatchObject({ id: 'fails-g1', directiveId: id })
  // It may have failed again by now.
  await eventually(async () => expect((await api.runtime.snapshot(id, 'fails-g1')).context.attempt).toBeGreaterThan(1))
})

test('accepting a blocked step needs a reason', async () => {
  const id = await blocked()
  expect((await give(id, 'fails', 'approve')).body.errors).toMatchObject([{ pointer: '/reason' }])
  expect(await stateOfStep(id)).toBe('blocked')
})

test('a step that is not blocked takes none of it', async () => {
  const id = await blocked()
  await give(id, 'fails', 'skip')
  const { status, body } = await give(id, 'fails', 'retry')
  expect([status, body.code, body.next]).toEqual([409, 'event.not_accepted', []])
})

test('only steps are addressed: neither the chain nor an approval is one', async () => {
  const id = await blocked()
  for (const name of ['chain.1', 'approval-1', 'none', 'fails-g2']) {
    const { status, body } = await give(id, name, 'skip')
    expect([status, body.code]).toEqual([404, 'step.not_found'])
  }
  expect((await give('none', 'fails', 'skip')).body.code).toBe('system.not_found')
})
