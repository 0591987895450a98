import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { directive, given, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const manual = directive({ autonomy: 'manual' })

/** Starts a directive that asks for its plan to be reviewed. */
async function asked(body: unknown = manual) {
  const id = await given(api.call, body)
  const { approvals } = (await api.call('GET', `/v1/approvals?directive=${id}`)).body
  expect(approvals).toHaveLength(1)
  return { id, path: `/v1/approvals/${approvals[0].id}`, approval: approvals[0] }
}

const answer = (path: string, verb: string, body: unknown = {}, headers = {}) =>
  api.call('POST', `${path}/${verb}`, body, headers)

test('a question is listed with what is needed to decide it, and can be read by the id its event names', async () => {
  const { id, path, approval } = await asked()
  expect(approval).toMatchObject({ directiveId: id, type: 'plan_review', state: 'pending', answer: null })
  expect(approval.facts.steps[0].name).toBe('work')
  const { events } = (await api.call('GET', `/v1/directives/${id}/events`)).body
  const required = events.find((event: any) => event.type === 'approval.required')
  expect((await api.call('GET', `/v1/approvals/${required.data.approvalId}`)).body).toEqual(approval)
  expect((await api.call('GET', path)).body).toEqual(approval)
})

test('approving lets the directive go on, and the answer tells who said what', async () => {
  const { id, path } = await asked()
  const { status, body } = await answer(path, 'approve', { by: 'ada', comment: 'go' })
  expect(status).toBe(200)
  expect(body).toMatchObject({ state: 'approved', answer: { respondedBy: 'ada', comment: 'go', choice: 'accept' } })
  expect((await api.call('GET', `/v1/directives/${id}`)).body.state).toBe('active')
})

test('a second answer is refused with the first one’s details, and changes nothing', async () => {
  const { id, path } = await asked()
  await answer(path, 'deny', { by: 'ada', comment: 'no' })
  const { status, body } = await answer(path, 'approve', { by: 'bob' })
  expect(status).toBe(409)
  expect(body).toMatchObject({
    code: 'approval.resolved',
    answer: { decision: 'denied', respondedBy: 'ada', comment: 'no' },
  })
  expect((await api.call('GET', `/v1/directives/${id}`)).body.outcome.code).toBe('plan.denied')
})

test('of answers given at once exactly one is taken', async () => {
  const { path } = await asked()
  const answers = await Promise.all(
    ['approve', 'deny', 'approve', 'deny'].map((verb, i) => answer(path, verb, { by: `person-${i}` })),
  )
  const taken = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 409)
  expect([taken.length, refused.length]).toEqual([1, 3])
  for (const { body } of refused) {
    expect(body.code).toBe('approval.resolved')
    expect(body.answer.respondedBy).toBe(taken[0]!.body.answer.respondedBy)
  }
})

test('an answer under a key is repeated alike, and another under the same key refused', async () => {
  const { path } = await asked()
  const key = { 'idempotency-key': 'answer-1' }
  expect((await answer(path, 'approve', { by: 'ada' }, key)).status).toBe(200)
  const again = await answer(path, 'approve', { by: 'ada' }, key)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  const other = await answer(path, 'deny', { by: 'ada' }, key)
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key.reused'])
})

test('requested changes go into the next plan, and need words', async () => {
  const { id, path } = await asked()
  expect((await answer(path, 'request-changes')).body.errors).toMatchObject([{ pointer: '/comment' }])
  expect((await answer(path, 'request-changes', { comment: 'smaller steps' })).body.state).toBe('changes_requested')
  const { approvals } = (await api.call('GET', `/v1/approvals?directive=${id}&state=pending`)).body
  expect(approvals).toHaveLength(1)
  expect(approvals[0].id).not.toBe(path.split('/').at(-1))
})

test('an answer that does not fit says what it lacks, and the question stays open', async () => {
  const { path } = await asked()
  const choice = await answer(path, 'approve', { choice: 'dance' })
  expect(choice.body).toMatchObject({
    status: 422,
    code: 'approval.unknown_choice',
    errors: [{ pointer: '/choice' }],
    choices: ['accept'],
  })
  const chain = { name: 'trial', steps: [{ ...manual.chain.steps[0], dependsOn: ['work'] }] }
  const edited = await answer(path, 'approve', { chain })
  expect(edited.body).toMatchObject({ status: 422, code: 'chain.invalid' })
  expect((await api.call('GET', path)).body.state).toBe('pending')
})

test('whoever did the work cannot answer for it', async () => {
  const yellow = directive({ autonomy: 'guardrails' })
  const id = await given(api.call, yellow)
  const review = await eventually(async () => {
    const { approvals } = (await api.call('GET', `/v1/approvals?directive=${id}`)).body
    expect(approvals).toHaveLength(1)
    return approvals[0]
  })
  expect(review).toMatchObject({ type: 'step_review', stepId: 'work-g1' })
  const path = `/v1/approvals/${review.id}`
  const own = await answer(path, 'approve', { by: review.executors[0] })
  expect([own.status, own.body.code]).toEqual([403, 'approval.own_work'])
  expect((await answer(path, 'approve', { by: 'ada' })).status).toBe(200)
})

test('the list is filtered by state and directive, and its pages tell each approval once', async () => {
  const { id, path } = await asked()
  await answer(path, 'request-changes', { comment: 'again' })
  const pages = async (query: string) => {
    const seen: string[] = []
    for (let after = '', more = true; more;) {
      const { body } = await api.call('GET', `/v1/approvals?limit=1${query}${after}`)
      expect(body.approvals.length).toBeLessThanOrEqual(1)
      seen.push(...body.approvals.map((row: any) => row.id))
      more = body.cursor !== null
      after = `&after=${encodeURIComponent(body.cursor)}`
    }
    return seen
  }
  const ids = async (query: string) =>
    (await api.call('GET', `/v1/approvals?limit=200${query}`)).body.approvals.map((row: any) => row.id)
  expect(await ids(`&directive=${id}`)).toEqual([`${id}:approval-1`, `${id}:approval-2`])
  expect(await ids(`&directive=${id}&state=pending`)).toEqual([`${id}:approval-2`])
  for (const query of ['', '&state=pending', `&directive=${id}`]) expect(await pages(query)).toEqual(await ids(query))
})

test('what is not there is not found', async () => {
  const { id } = await asked()
  for (const unknown of ['none', `${id}`, `${id}:approval-9`, `${id}:approval-1:more`, 'none:approval-1']) {
    const { status, body } = await api.call('GET', `/v1/approvals/${unknown}`)
    expect([status, body.code]).toEqual([404, 'approval.not_found'])
    expect((await answer(`/v1/approvals/${unknown}`, 'approve')).status).toBe(404)
  }
})
