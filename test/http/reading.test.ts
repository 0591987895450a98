import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { directive, given, openApi, type Api } from './api.ts'

let api: Api
let id: string
beforeAll(async () => {
  api = await openApi()
  const executor = { kind: 'command', shell: 'echo done > file' }
  const spender = { name: 'work', contract: { executor } }
  id = await given(api.call, directive({}, [spender, { name: 'after', dependsOn: ['work'] }]))
  await api.runtime.waitFor(id, 'done', { timeout: 60_000 })
})
afterAll(() => api.close())

const get = (path: string, headers?: Record<string, string>) => api.call('GET', path, undefined, headers)
const at = (path: string) => get(`/v1/directives/${id}${path}`)

describe('chains', () => {
  test('are listed by generation, and read with their definition', async () => {
    const { body } = await at('/chains')
    expect(body.chains).toMatchObject([{ generation: 1, difference: null, criticalPath: ['work', 'after'] }])
    const one = await at('/chains/1')
    expect(one.body.definition.steps.map(({ name }: any) => name)).toEqual(['work', 'after'])
    expect((await at('/chains/2')).body.code).toBe('chain.not_found')
    expect((await at('/chains/1?against=2')).body.code).toBe('chain.not_found')
    const { comparison } = (await at('/chains/1?against=1')).body
    expect(comparison).toEqual({ added: [], removed: [], changed: [], unchanged: ['work', 'after'], fields: {} })
    expect((await get('/v1/directives/gone/chains')).body.code).toBe('system.not_found')
  })
})

describe('steps and contracts', () => {
  test('tell their evaluation, evidence and terms', async () => {
    expect((await at('/steps')).body.steps).toHaveLength(2)
    const step = (await at('/steps/work')).body
    expect(step).toMatchObject({ name: 'work', state: 'passed', evaluation: { level: 'yellow' } })
    expect(step.evidence).toMatchObject({ modifiedFiles: ['file'] })
    const { contracts } = (await at('/contracts')).body
    const contract = contracts.find(({ stepId }: any) => stepId === 'work-g1')
    const read = (await at(`/contracts/${contract.stepId}`)).body
    expect(read).toMatchObject({ terms: { executor: { kind: 'command' } }, failure: null })
    expect((await at('/steps/gone')).body.code).toBe('step.not_found')
    expect((await at('/contracts/gone')).body.code).toBe('contract.not_found')
  })
})

test('the ledger of what cost nothing is empty', async () => {
  expect((await at('/ledger')).body).toMatchObject({ entries: [], totals: { costUsd: 0, unknownCosts: 0 } })
})

describe('an actor', () => {
  test('is read by its address, with what is legal now', async () => {
    expect((await at('/actor')).body).toMatchObject({ address: '', status: 'done', value: 'completed', commands: [] })
    const step = await at('/actor?address=work-g1')
    expect(step.body).toMatchObject({ value: 'passed', context: { kind: 'step' } })
    expect((await at('/actor?address=gone')).body.code).toBe('actor.not_found')
    const draft = await given(api.call, directive(), false)
    const { body } = await get(`/v1/directives/${draft}/actor`)
    expect(body.commands).toEqual(expect.arrayContaining(['directive.start', 'directive.update', 'directive.stop']))
  })

  test('has a history without gaps, of all or of one', async () => {
    const first = (await at('/history?limit=3')).body
    expect(first.entries.map(({ seq }: any) => seq)).toEqual([1, 2, 3])
    const next = (await at(`/history?after=${first.cursor}&limit=2`)).body
    expect(next.entries[0].seq).toBe(4)
    const own = (await at('/history?address=work-g1&limit=1000')).body.entries
    expect(new Set(own.map(({ address }: any) => address))).toEqual(new Set(['work-g1']))
    expect(own.at(-1).value).toBe('passed')
  })

  test('is waited for, until it is there or the time is up', async () => {
    expect((await at('/wait?for=done')).body).toMatchObject({ met: true, value: 'completed' })
    const draft = await given(api.call, directive(), false)
    const wait = (what: string) => get(`/v1/directives/${draft}/wait?for=${what}&timeout=50`)
    expect((await wait('state:draft')).body.met).toBe(true)
    expect((await wait('state:active.work')).body).toEqual({ met: false })
    expect((await wait('whatever')).body.code).toBe('query.invalid')
    const waiting = get(`/v1/directives/${draft}/wait?for=done&timeout=20000`)
    await api.call('POST', `/v1/directives/${draft}/start`)
    expect((await waiting).body.met).toBe(true)
  })
})

describe('an ETag', () => {
  test('spares the answer that is known, and guards a command against what changed meanwhile', async () => {
    const draft = await given(api.call, directive(), false)
    const path = `/v1/directives/${draft}`
    const etag = (await get(path)).headers.get('etag')!
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
    const update = await api.call('PATCH', path, { title: 'Another' }, { 'if-match': etag })
    expect([update.status, update.headers.get('etag') === etag]).toEqual([200, false])
    const late = await api.call('POST', `${path}/start`, undefined, { 'if-match': etag })
    expect([late.status, late.body.code]).toEqual([412, 'directive.changed'])
    expect((await get(path)).body).toMatchObject({ title: 'Another', state: 'draft' })
    const now = late.headers.get('etag')!
    expect((await api.call('POST', `${path}/start`, undefined, { 'if-match': now })).status).toBe(200)
  })
})

describe('editing', () => {
  test('replaces fields of a draft, and refuses what would not hold together', async () => {
    const draft = await given(api.call, directive(), false)
    const path = `/v1/directives/${draft}`
    await api.call('PATCH', path, { requirements: [{ id: 'R1', text: 'one' }] }).then(({ status, body }) => {
      expect([status, body.errors[0].code]).toEqual([422, 'requirement.uncovered'])
    })
    expect((await api.call('PATCH', path, { colour: 'red' })).body.errors[0].pointer).toBe('/colour')
    const limits = { maxParallelSteps: 1 }
    expect((await api.call('PATCH', path, { limits })).status).toBe(200)
    expect((await get(path)).body).toMatchObject({ limits, title: 'Try the API' })
  })

  test('gives a draft, or a paused directive, another chain', async () => {
    const other = (name: string, executor: object = { kind: 'noop' }) => ({
      name,
      steps: [{ name, type: 'operate', description: 'x', contract: { executor }, verifiers: [] }],
    })
    const draft = await given(api.call, directive(), false)
    const put = (chain: object) => api.call('PUT', `/v1/directives/${draft}/chain`, { chain })
    expect((await put(other('second', { kind: 'command', argv: ['sleep', '600'] }))).status).toBe(200)
    await api.call('POST', `/v1/directives/${draft}/start`)
    expect((await put(other('third'))).body).toMatchObject({ code: 'event.not_accepted', next: ['directive.pause'] })
    await api.call('POST', `/v1/directives/${draft}/pause`, { mode: 'interrupt' })
    expect((await put(other('third'))).status).toBe(200)
    await api.runtime.waitFor(draft, 'done', { timeout: 60_000 })
    const { chains } = (await get(`/v1/directives/${draft}/chains`)).body
    expect(chains).toMatchObject([
      { name: 'second', supersededBy: 'third-g2' },
      { name: 'third', difference: { added: ['third'], removed: ['second'] } },
    ])
  })
})

describe('machines', () => {
  test('are listed, read with their config, and drawn in every format', async () => {
    const { machines } = (await get('/v1/machines')).body
    expect(machines.map(({ name }: any) => name)).toEqual(expect.arrayContaining(['directive', 'step', 'contract']))
    const step = (await get('/v1/machines/step')).body
    expect(step).toMatchObject({
      config: { id: 'step', initial: 'pending' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const drawn = async (file: string) => (await get(`/v1/machines/approval/${file}`)).body
    expect(await drawn('chart.svg')).toContain('data-state="approval.pending"')
    expect(await drawn('chart.mmd')).toMatch(/^stateDiagram-v2/)
    expect(await drawn('chart.scxml')).toContain('<scxml')
    expect((await drawn('chart.json')).id).toBe('approval')
    expect(await drawn('stately.js')).toContain('createMachine(')
    expect((await get('/v1/machines/gone')).body.code).toBe('machine.not_found')
  })

  test('of a directive are marked where it stands, and its chain is drawn', async () => {
    expect((await at('/chart.svg')).body).toMatch(/class="state final active visited" data-state="directive.completed"/)
    expect((await at('/chart.svg?address=work-g1')).body).toMatch(
      /class="state final active visited" data-state="step.passed"/,
    )
    expect((await at('/chart.svg')).body).toMatch(/<path class="edge taken" data-edges="[^"]*directive.draft:/)
    expect((await at('/chain.svg')).body).toMatch(/class="step passed" data-step="after"/)
  })
})

test('beyond the limit requests are refused with 429, and told when to come again', async () => {
  const { createApp } = await import('../../http/index.ts')
  const app = createApp({
    runtime: api.runtime,
    tokenHash: api.tokenHash,
    hosts: ['x'],
    origins: [],
    requestsPerMinute: 2,
  })
  const ask = () => app.request('/v1/machines', { headers: { host: 'x', authorization: `Bearer ${api.token}` } })
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
  const refused = await ask()
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'rate.exceeded' })
  expect(refused.headers.get('retry-after')).toBe('60')
})

describe('the inspection', () => {
  const lines = async (query: string) => {
    const { body } = await at(`/inspection${query}`)
    return (body as string)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  test('is the journal as an inspector takes it: actors with their definitions, events, snapshots', async () => {
    const events = await lines('')
    const { entries } = (await at('/history?limit=1000')).body
    const ofType = (type: string) => events.filter((event) => event.type === type)
    expect(ofType('@xstate.event')).toHaveLength(entries.length)
    expect(ofType('@xstate.snapshot').map(({ snapshot }) => snapshot.value)).toEqual(
      entries.map(({ value }: any) => value),
    )
    const [root, ...others] = ofType('@xstate.actor')
    expect(root).toMatchObject({ sessionId: id, rootId: id, name: 'directive', _version: '0.7.2' })
    expect(JSON.parse(root.definition)).toMatchObject({ id: 'directive', initial: 'draft' })
    const step = others.find(({ name }) => name === 'work-g1')
    expect(step).toMatchObject({ parentId: id, sessionId: `${id}/work-g1` })
    expect(new Set(others.map(({ sessionId }) => sessionId)).size).toBe(others.length)
  })

  test('is replayed in part, and at the pace that is asked for', async () => {
    const part = await lines('?after=2&to=4')
    expect(new Set(part.map(({ id: place }) => place.split('.')[0]))).toEqual(new Set(['3', '4']))
    expect(await lines('?after=2&to=4&speed=10000')).toEqual(part)
  })

  test('as a stream goes on until the directive ends', async () => {
    const draft = await given(api.call, directive(), false)
    const stream = await api.app.request(`/v1/directives/${draft}/inspection`, {
      headers: { host: '127.0.0.1:4000', authorization: `Bearer ${api.token}`, accept: 'text/event-stream' },
    })
    await api.call('POST', `/v1/directives/${draft}/start`)
    const text = await stream.text()
    expect(text).toContain('"value":"completed"')
    expect(text).toMatch(/^id: 1\.1$/m)
  })
})

describe('the stream of events', () => {
  const open = (after: string, headers: Record<string, string> = {}) =>
    api.app.request(`/v1/directives/${id}/events?after=${after}`, {
      headers: {
        host: '127.0.0.1:4000',
        authorization: `Bearer ${api.token}`,
        accept: 'text/event-stream',
        ...headers,
      },
    })
  const idsIn = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].map(([, each]) => each!)

  test('tells each event once under its id, goes on after any of them, and ends with the directive', async () => {
    const response = await open('0')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const text = await response.text()
    const ids = idsIn(text)
    const { events } = (await at('/events?limit=1000')).body
    expect(ids).toEqual(events.map(({ seq, n }: any) => `${seq}.${n}`))
    expect(text).toMatch(/^event: directive.completed$/m)
    for (const last of [ids[0]!, ids[3]!, ids.at(-2)!]) {
      const rest = await (await open('0', { 'last-event-id': last })).text()
      expect(idsIn(rest)).toEqual(ids.slice(ids.indexOf(last) + 1))
    }
    expect((await open(ids.at(-1)!.split('.')[0]!)).status).toBe(204)
  })

  test('follows what happens later, and lets go when the reader goes away', async () => {
    const draft = await given(api.call, directive(), false)
    const stream = await api.app.request(`/v1/directives/${draft}/events`, {
      headers: { host: '127.0.0.1:4000', authorization: `Bearer ${api.token}`, accept: 'text/event-stream' },
    })
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    await api.call('POST', `/v1/directives/${draft}/start`)
    let text = ''
    await eventually(async () => {
      text += (await reader.read()).value ?? ''
      expect(text).toContain('event: directive.completed')
    })
    await reader.cancel()
  })

  test('refuses an id that is none of its own', async () => {
    const { status, body } = await get(`/v1/directives/${id}/events`, {
      accept: 'text/event-stream',
      'last-event-id': 'x',
    })
    expect([status, body.code]).toEqual([400, 'event_id.malformed'])
  })
})
