import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../http/index.ts'
import { machines } from '../../machines/index.ts'
import { createRuntime } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { directive, given, host, openApi, type Api } from './api.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const reaches = (id: string, state: string) =>
  eventually(async () => {
    const { body } = await api.call('GET', `/v1/directives/${id}`)
    expect(body.state).toBe(state)
    return body
  })

describe('creating', () => {
  test('makes a draft, and says where it is and what may be done with it', async () => {
    const { status, headers, body } = await api.call('POST', '/v1/directives', directive())
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/v1/directives/${body.id}`)
    expect(body).toMatchObject({ title: 'Try the API', state: 'draft', chain: null, steps: [], seq: 1 })
    expect(body.next).toContain('directive.start')
    expect((await api.call('GET', headers.get('location')!)).body).toEqual(body)
  })

  test('names every mistake of the shape by its pointer', async () => {
    const wrong = directive({ title: '', colour: 'red', limits: { maxParallelSteps: 0 } })
    const { status, body } = await api.call('POST', '/v1/directives', wrong)
    expect(status).toBe(422)
    expect(body.errors.map((error: any) => error.pointer).sort()).toEqual([
      '/colour',
      '/limits/maxParallelSteps',
      '/title',
    ])
  })

  test('names a mistake inside an executor, not the union it is a member of', async () => {
    const wrong = directive({}, [{ name: 'work', contract: { executor: { kind: 'magic' } } }])
    const { body } = await api.call('POST', '/v1/directives', wrong)
    expect(body.errors.map((error: any) => error.pointer)).toEqual(['/chain/steps/0/contract/executor/kind'])
  })

  test('refuses a cyclic chain and an unknown dependency before anything exists', async () => {
    const before = (await api.call('GET', '/v1/directives?limit=200')).body.directives.length
    const cyclic = directive({}, [
      { name: 'one', dependsOn: ['two'] },
      { name: 'two', dependsOn: ['one'] },
    ])
    const { status, body } = await api.call('POST', '/v1/directives', cyclic)
    expect(status).toBe(422)
    expect(body.code).toBe('directive.invalid')
    expect(body.errors).toMatchObject([{ code: 'chain.cyclic', detail: expect.stringContaining('one -> two -> one') }])
    const unknown = await api.call('POST', '/v1/directives', directive({}, [{ name: 'one', dependsOn: ['oen'] }]))
    expect(unknown.body.errors).toMatchObject([{ pointer: '/chain/steps/0/dependsOn/0' }])
    expect((await api.call('GET', '/v1/directives?limit=200')).body.directives).toHaveLength(before)
  })

  test('refuses a relative repository, since there is no file it could be relative to', async () => {
    const { status, body } = await api.call('POST', '/v1/directives', directive({ repository: { path: './here' } }))
    expect([status, body.errors[0].pointer]).toEqual([422, '/repository/path'])
  })

  test('does not tell the password of a repository URL', async () => {
    const repository = { url: 'https://user:hunter2@git.example/a.git' }
    const { body } = await api.call('POST', '/v1/directives', directive({ repository }))
    expect(body.repository.url).toBe('https://***@git.example/a.git')
  })
})

describe('creating under an Idempotency-Key', () => {
  test('the same request finds the same directive, also after it has gone on', async () => {
    const key = { 'idempotency-key': 'create-1' }
    const first = await api.call('POST', '/v1/directives', directive(), key)
    await api.call('POST', `/v1/directives/${first.body.id}/start`)
    const second = await api.call('POST', '/v1/directives', directive(), key)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.id).toBe(first.body.id)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(second.headers.get('idempotency-replayed')).toBe('true')
  })

  test('another request is refused, and the first one stands', async () => {
    const key = { 'idempotency-key': 'create-2' }
    const first = await api.call('POST', '/v1/directives', directive(), key)
    const second = await api.call('POST', '/v1/directives', directive({ title: 'Another' }), key)
    expect([second.status, second.body.code]).toEqual([422, 'idempotency_key.reused'])
    expect((await api.call('GET', `/v1/directives/${first.body.id}`)).body.title).toBe('Try the API')
  })

  test('of ten requests at once, all get the one directive', async () => {
    const key = { 'idempotency-key': 'create-3' }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.call('POST', '/v1/directives', directive(), key)),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(201))
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  })

  test('a key that is none is refused', async () => {
    const { status, body } = await api.call('POST', '/v1/directives', directive(), { 'idempotency-key': 'a b' })
    expect([status, body.code]).toEqual([400, 'idempotency_key.malformed'])
  })
})

describe('reading', () => {
  test('tells the chain and its steps as they end', async () => {
    const steps = [{ name: 'one' }, { name: 'two', dependsOn: ['one'] }]
    const id = await given(api.call, directive({}, steps))
    const body = await reaches(id, 'completed')
    expect(body).toMatchObject({ chain: { generation: 1, steps: 2 }, stepCounts: { total: 2, passed: 2 }, next: [] })
    expect(body.steps.map((step: any) => [step.name, step.state, step.dependsOn])).toEqual([
      ['one', 'passed', []],
      ['two', 'passed', ['one']],
    ])
  })

  test('a list is filtered by state and goes on after its cursor, each directive once', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push(await given(api.call, directive({ title: `Draft ${i}` }), false))
    const seen: string[] = []
    let path = '/v1/directives?state=draft&limit=2'
    for (let cursor: string | null = ''; cursor !== null; path = `/v1/directives?state=draft&limit=2&after=${cursor}`) {
      const { body } = await api.call('GET', path)
      expect(body.directives.length).toBeLessThanOrEqual(2)
      expect(body.directives.every((row: any) => row.state === 'draft')).toBe(true)
      seen.push(...body.directives.map((row: any) => row.id))
      cursor = body.cursor
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids.toReversed())
  })

  test('a query that means nothing is refused rather than ignored', async () => {
    for (const query of ['state=happy', 'limit=0', 'limit=ten', 'colour=red']) {
      const { status, body } = await api.call('GET', `/v1/directives?${query}`)
      expect([status, body.code]).toEqual([422, 'query.invalid'])
      expect(body.errors[0].pointer).toBe(`/${query.split('=')[0]}`)
    }
  })

  test('what does not exist is not found', async () => {
    for (const path of ['/v1/directives/none', '/v1/directives/none/events']) {
      const { status, body } = await api.call('GET', path)
      expect([status, body.code]).toEqual([404, 'system.not_found'])
    }
    expect((await api.call('POST', '/v1/directives/none/start')).body.code).toBe('system.not_found')
  })
})

describe('controlling', () => {
  const waiting = directive({}, [{ name: 'slow', contract: { executor: { kind: 'command', argv: ['sleep', '60'] } } }])

  test('start, pause, resume and stop answer with the state that was committed', async () => {
    const id = await given(api.call, waiting, false)
    const states: string[] = []
    for (const [verb, body] of [
      ['start'],
      ['pause', { mode: 'interrupt' }],
      ['resume'],
      ['stop', { reason: 'enough' }],
    ] as const) {
      const answer = await api.call('POST', `/v1/directives/${id}/${verb}`, body)
      expect(answer.status).toBe(200)
      states.push(answer.body.state)
      expect((await api.runtime.snapshot(id)).seq).toBeGreaterThanOrEqual(answer.body.seq)
    }
    expect(states).toEqual(['active', 'paused', 'active', 'failed'])
    expect((await api.call('GET', `/v1/directives/${id}`)).body.outcome).toEqual({
      code: 'directive.stopped',
      reason: 'enough',
    })
  })

  test('what is not accepted now is a conflict that names what is', async () => {
    const id = await given(api.call, directive(), false)
    const seq = (await api.runtime.snapshot(id)).seq
    const { status, headers, body } = await api.call('POST', `/v1/directives/${id}/resume`)
    expect([status, body.code]).toEqual([409, 'event.not_accepted'])
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({ state: 'draft', next: ['directive.update', 'directive.start', 'directive.stop'] })
    expect((await api.runtime.snapshot(id)).seq).toBe(seq)
  })

  test('of two starts at once one is taken and one is a conflict', async () => {
    const id = await given(api.call, directive({ autonomy: 'manual' }), false)
    const answers = await Promise.all([1, 2, 3].map(() => api.call('POST', `/v1/directives/${id}/start`)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409])
    const lost = answers.find((answer) => answer.status === 409)!
    expect(lost.body).toMatchObject({ code: 'event.not_accepted', next: ['directive.stop'] })
  })

  test('a command under a key is given once, and its repetition is answered alike', async () => {
    const id = await given(api.call, waiting)
    const key = { 'idempotency-key': 'pause-1' }
    const pause = () => api.call('POST', `/v1/directives/${id}/pause`, { mode: 'interrupt' }, key)
    expect((await pause()).status).toBe(200)
    await api.call('POST', `/v1/directives/${id}/resume`)
    const again = await pause()
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
    expect((await api.runtime.snapshot(id)).tags).not.toContain('paused')
    const other = await api.call('POST', `/v1/directives/${id}/pause`, { mode: 'drain' }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key.reused'])
    const stop = await api.call('POST', `/v1/directives/${id}/stop`, {}, key)
    expect([stop.status, stop.body.code]).toEqual([422, 'idempotency_key.reused'])
    expect((await api.call('POST', `/v1/directives/${id}/stop`)).body.state).toBe('failed')
  })

  test('a conflict under a key stays one, also when the command would be accepted later', async () => {
    const id = await given(api.call, directive({ autonomy: 'manual' }), false)
    const key = { 'idempotency-key': 'resume-1' }
    expect((await api.call('POST', `/v1/directives/${id}/pause`, {}, key)).status).toBe(409)
    await api.call('POST', `/v1/directives/${id}/start`)
    expect((await api.call('POST', `/v1/directives/${id}/pause`, {}, key)).status).toBe(409)
  })

  test('an ended directive takes nothing more', async () => {
    const id = await given(api.call, directive({}, [{ name: 'one' }]))
    await reaches(id, 'completed')
    const { status, body } = await api.call('POST', `/v1/directives/${id}/stop`)
    expect([status, body.next]).toEqual([409, []])
    const keyed = await api.call('POST', `/v1/directives/${id}/stop`, {}, { 'idempotency-key': 'late' })
    expect([keyed.status, keyed.body.code]).toEqual([409, 'system.final'])
  })

  test('the answer to a stop that was lost can be asked for again under its key', async () => {
    const id = await given(api.call, waiting)
    const stop = () => api.call('POST', `/v1/directives/${id}/stop`, {}, { 'idempotency-key': 'stop-1' })
    expect((await stop()).body.state).toBe('failed')
    const again = await stop()
    expect([again.status, again.body.state]).toEqual([200, 'failed'])
  })

  test('a new plan from a file needs a chain, and a sound one', async () => {
    const id = await given(api.call, waiting)
    const replan = (body: unknown) => api.call('POST', `/v1/directives/${id}/replan`, body)
    expect((await replan({})).body.errors[0].pointer).toBe('/reason')
    expect((await replan({ reason: 'better' })).body).toMatchObject({
      status: 422,
      code: 'plan.unchanged',
      errors: [{ pointer: '/chain' }],
    })
    const chain = (dependsOn: string[]) => directive({}, [{ name: 'quick', dependsOn }]).chain
    expect((await replan({ reason: 'better', chain: chain(['gone']) })).body).toMatchObject({
      status: 422,
      code: 'chain.invalid',
      errors: [{ pointer: '/chain/steps/0/dependsOn/0' }],
    })
    expect((await replan({ reason: 'better', chain: chain([]) })).status).toBe(200)
    expect((await reaches(id, 'completed')).chain.generation).toBe(2)
  })

  test('a command to a parked directive is kept for it, and the answer says why it waits', async () => {
    const parked = await openApi()
    const id = await given(parked.call, directive({ autonomy: 'manual' }), false)
    const reason = { code: 'machine.failed', message: 'a guard threw' }
    const { sql } = parked.database.database
    await sql`update system set status = 'parked', reason = ${JSON.stringify(reason)}::text::json where id = ${id}`
    const start = await parked.call('POST', `/v1/directives/${id}/start`)
    expect([start.status, start.body]).toMatchObject([202, { status: 'accepted', parked: reason }])
    await parked.close()
  })

  test('a command that nobody is there to process is accepted, and processed when somebody comes', async () => {
    const left = await openApi()
    const id = await given(left.call, directive({ autonomy: 'manual' }), false)
    const { tokenHash, token } = left
    const { url } = left.database
    const doorOnly = await createRuntime({ database: url, machines, name: 'door', roles: [] })
    await doorOnly.start()
    const app = createApp({ runtime: doorOnly, tokenHash, hosts: [host], origins: [], answerWithinMs: 100 })
    await left.runtime.close()
    const headers = { host, authorization: `Bearer ${token}` }
    const start = await app.request(`/v1/directives/${id}/start`, { method: 'POST', headers })
    expect([start.status, await start.json()]).toMatchObject([202, { status: 'accepted' }])
    const worker = await createRuntime({ database: url, machines, name: 'worker' })
    await worker.start()
    await eventually(async () => {
      const answer = await app.request(`/v1/directives/${id}`, { headers })
      expect(((await answer.json()) as any).state).toBe('planning')
    })
    await worker.close()
    await doorOnly.close()
    await left.close()
  })
})
