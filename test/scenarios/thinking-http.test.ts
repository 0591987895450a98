import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { ProviderOptions } from '../support/scripted-provider.ts'
import {
  asked,
  call,
  deliver,
  failureOfTests,
  judgement,
  plan,
  plannedStep,
  slugify,
  thinking,
} from '../support/thinking.ts'

async function served(options: Parameters<typeof thinking>[0]) {
  const world = await thinking(options)
  const serving = world.start('serve', '--port', '0', '--json')
  onTestFinished(async () => {
    serving.kill('SIGTERM')
    await serving.ended
  })
  const { url, token } = await eventually(() => JSON.parse(serving.stdout().split('\n')[0]!), 20_000)
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, value: (await response.json()) as any }
  }
  return { ...world, ask }
}

const file = (repository: string) => ({
  title: 'Make slugs',
  goal: 'slugify gives lower-case words joined by hyphens',
  repository: { path: repository, baseRef: 'main' },
  requirements: [{ id: 'R1', text: 'A slug is lower case and has hyphens for spaces' }],
  acceptanceCriteria: [{ id: 'AC1', text: 'slugify lowers the case', requirementIds: ['R1'] }],
  autonomy: 'full_auto',
})

/** An older server: it knows no format for answers, refuses `stream_options`, and tells no usage. */
const plain: ProviderOptions = { formats: [], tellsUsage: false, streamOptions: false }

test.each([
  ['chat', plain],
  ['responses', {}],
])(
  'a goal posted over HTTP is reached, by way of %s',
  async (api, provider) => {
    const world = await served({ provider, env: { ADJUTANT_MODEL_API: api } })
    const { ask, repository } = world
    const step = plannedStep('slugify')
    // Without a format to hold it, a model adds words of its own.
    const wordy = (reply: { text: object }) => ({
      text: `Here it is:\n\`\`\`json\n${JSON.stringify(reply.text)}\n\`\`\``,
    })
    world.provider.on(asked.plan, wordy(plan(step)))
    world.provider.on(asked.agent, [call('write', { path: 'src/slugify.js', content: slugify }), deliver()])
    world.provider.on(asked.judge, wordy(judgement('AC1', 'met', ['src/slugify.js', 1, 1])))

    const created = await ask('POST', '/v1/directives', file(repository))
    expect(created.status, JSON.stringify(created.value)).toBe(201)
    const { id } = created.value
    expect((await ask('POST', `/v1/directives/${id}/start`, {})).status).toBeLessThan(300)
    await eventually(async () => {
      const { value } = await ask('GET', `/v1/directives/${id}`)
      expect(value.state, JSON.stringify(value.attention)).toBe('completed')
    }, 60_000)

    const view = await world.shown()
    expect(failureOfTests(repository, view.resultBranch)).toBeNull()
    expect(view.totals.tokens).toBeGreaterThan(0)
    expect(world.provider.requests.every((request) => request.api === api)).toBe(true)
    const ledger = await ask('GET', `/v1/directives/${id}/ledger`)
    expect(ledger.status).toBe(200)
    // Where the server tells no usage, it is estimated and said to be; where it does, it is what it charges.
    if (api === 'responses') expect(view.totals.costUsd).toBeCloseTo(world.provider.totals.usd, 9)
    else expect(view.ledger.every(({ source }: any) => source === 'estimated')).toBe(true)
  },
  120_000,
)
