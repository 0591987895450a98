// Every way that persons may take with a directive, over HTTP.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Api, directive, given, openApi } from './api.ts'

vi.setConfig({ testTimeout: 120_000 })

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

type Step = Parameters<typeof directive>[1] extends (infer One)[] | undefined ? One : never

const passing = [{ name: 'passes', argv: ['true'] }]
const failing = [{ name: 'fails', argv: ['false'], rerun: false }]
const guarded = (step: Partial<Step> = {}, fields: object = {}) =>
  directive({ autonomy: 'guardrails', limits: { maxReworkCycles: 0 }, ...fields }, [{ name: 'work', ...step }])
const command = (shell: string) => ({ executor: { kind: 'command', shell } })

const post = (path: string, body?: unknown) => api.call('POST', `/v1${path}`, body)
const view = async (id: string) => (await api.call('GET', `/v1/directives/${id}`)).body
const reaches = (id: string, state: string) =>
  eventually(async () => {
    const body = await view(id)
    expect(body.state).toBe(state)
    return body
  }, 60_000)

/** The question that waits, once it is one of this type. */
const asked = (id: string, type: string) =>
  eventually(async () => {
    const { approvals } = (await api.call('GET', `/v1/approvals?directive=${id}&state=pending`)).body
    expect(approvals.map((each: any) => each.type)).toEqual([type])
    return approvals[0]
  }, 60_000)

const answer = async (id: string, type: string, verb: string, body: object = {}) => {
  const question = await asked(id, type)
  const answered = await post(`/approvals/${question.id}/${verb}`, { by: 'ada', ...body })
  expect(answered.status, JSON.stringify(answered.body)).toBe(200)
  return answered.body
}

describe('what is asked about', () => {
  test('a plan, its steps and the end in manual: approved one after the other', async () => {
    const id = await given(api.call, guarded({ verifiers: passing }, { autonomy: 'manual' }))
    for (const type of ['plan_review', 'step_review', 'completion_review']) await answer(id, type, 'approve')
    expect((await reaches(id, 'completed')).outcome.code).toBe('completed')
  })

  test('a yellow step, sent back, then denied; the chain that is stuck is planned anew', async () => {
    const id = await given(api.call, guarded({}, { limits: { maxReworkCycles: 1 } }))
    await answer(id, 'step_review', 'request-changes', { comment: 'shorter' })
    await eventually(async () => expect((await view(id)).steps[0].reworkCount).toBe(1))
    await answer(id, 'step_review', 'deny', { comment: 'no' })
    const { chain } = guarded({ name: 'other', verifiers: passing })
    await answer(id, 'chain_stuck', 'approve', { choice: 'replan', chain })
    expect(await reaches(id, 'completed')).toMatchObject({ chain: { generation: 2 } })
  })

  test.each([
    ['skip', { state: 'completed' }],
    ['stop', { state: 'failed', outcome: { code: 'directive.stopped' } }],
  ])('a chain that is stuck: %s', async (choice, end) => {
    const id = await given(api.call, guarded({ verifiers: failing }, { autonomy: 'full_auto' }))
    await answer(id, 'chain_stuck', 'approve', { choice, comment: 'so it be' })
    expect(await reaches(id, end.state)).toMatchObject(end)
  })

  test('a chain that is stuck: retry', async () => {
    const id = await given(api.call, guarded({ verifiers: failing }))
    await answer(id, 'chain_stuck', 'approve', { choice: 'retry', comment: 'try harder' })
    const { contracts } = (await api.call('GET', `/v1/directives/${id}/contracts`)).body
    expect(contracts).toHaveLength(1)
    await eventually(async () => {
      const { body } = await api.call('GET', `/v1/directives/${id}/contracts/work-g1`)
      expect(body).toMatchObject({ attempt: 2, instructions: expect.stringContaining('try harder') })
    })
    await post(`/directives/${id}/stop`)
  })

  test('a step that is taken as it is, and an end below green that is accepted for a reason', async () => {
    const id = await given(api.call, guarded({ verifiers: failing }))
    await asked(id, 'chain_stuck')
    const taken = await post(`/directives/${id}/steps/work/approve`, { reason: 'the verifier is wrong' })
    expect(taken.status).toBe(200)
    await answer(id, 'completion_review', 'approve', { choice: 'accept', comment: 'a draft' })
    expect((await reaches(id, 'completed')).outcome.code).toBe('completed.with_reservations')
  })

  test('more money: raised it goes on, denied it fails', async () => {
    const spends = 'printf \'{"usd":0.6}\\n\' >> "$ADJUTANT_OUTBOX/costs.jsonl"'
    const limits = { maxTotalCostUsd: 0.5 }
    const chain = { contract: command(spends), verifiers: passing }
    const [raised, denied] = [
      await given(api.call, guarded(chain, { limits })),
      await given(api.call, guarded(chain, { limits })),
    ]
    await answer(raised, 'limit_exceeded', 'approve', { limits: { maxTotalCostUsd: 5 } })
    expect((await reaches(raised, 'completed')).totals.costUsd).toBe(0.6)
    await answer(denied, 'limit_exceeded', 'deny', { comment: 'too dear' })
    expect((await reaches(denied, 'failed')).outcome.code).toBe('limit.cost_exceeded')
  })

  test('nobody answers in time: it expires, which denies', async () => {
    const id = await given(api.call, guarded({}, { limits: { approvalTimeoutMinutes: 0.002 } }))
    expect((await reaches(id, 'failed')).outcome.code).toBe('chain.stuck')
    const { approvals } = (await api.call('GET', `/v1/approvals?directive=${id}&state=expired`)).body
    expect(approvals.map((each: any) => each.type).sort()).toEqual(['chain_stuck', 'step_review'])
  })

  test('a question that has lost its object is withdrawn', async () => {
    const id = await given(api.call, guarded())
    await asked(id, 'step_review')
    const { chain } = guarded({ name: 'other', verifiers: passing })
    expect((await post(`/directives/${id}/replan`, { reason: 'another way', chain })).status).toBe(200)
    await reaches(id, 'completed')
    const { approvals } = (await api.call('GET', `/v1/approvals?directive=${id}`)).body
    expect(approvals.map((each: any) => each.state)).toEqual(['withdrawn'])
  })
})

describe('what is steered', () => {
  const held = () => given(api.call, guarded({ contract: command('sleep 600'), verifiers: passing }))

  test('paused so that what runs drains, it is resumed where it was; started it is planned anew', async () => {
    const id = await held()
    expect((await post(`/directives/${id}/pause`, { mode: 'drain' })).body.state).toBe('paused')
    expect((await view(id)).steps[0].state).toBe('running')
    expect((await post(`/directives/${id}/resume`)).body.state).toBe('active')
    await post(`/directives/${id}/pause`, { mode: 'interrupt' })
    expect((await view(id)).steps[0].state).toBe('ready')
    expect((await post(`/directives/${id}/start`)).body).toMatchObject({ state: 'active' })
    expect((await view(id)).chain.generation).toBe(2)
    expect((await post(`/directives/${id}/stop`, { reason: 'enough' })).body.state).toBe('failed')
  })

  test('too many steps that are blocked end it', async () => {
    const limits = { maxReworkCycles: 0, maxFailedSteps: 0 }
    const id = await given(api.call, guarded({ verifiers: failing }, { limits }))
    expect((await reaches(id, 'failed')).outcome.code).toBe('steps.failed')
  })
})
