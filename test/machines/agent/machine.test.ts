import { createActor, fromPromise, setup } from 'xstate'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { machines } from '../../../machines/index.ts'
import { mostIdleTurns } from '../../../machines/agent/actions.ts'
import type { AgentInput } from '../../../machines/agent/schema.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'

const { machine } = machines.agent
const at = 1_800_000_000_000
const ref = (n: number) => ({ sha256: String(n % 10).repeat(64), bytes: n })

const input: AgentInput = {
  directiveId: 'd',
  address: 'one-g1/contract/agent',
  place: { chainId: 'plan-g1', stepId: 'one-g1' },
  executedBy: 'model:d.one-g1',
  contract: {
    id: 'd.one-g1',
    name: 'Fix it - one',
    type: 'implement',
    step: 'one',
    stepType: 'implement',
    generation: 1,
    attempt: 2,
    phases: ['plan', 'execute'],
    phase: 'plan',
    goal: 'it works',
    plan: 'do one',
    instructions: null,
    executor: { kind: 'model', maxTurns: 20, maxTokens: 100_000, maxOutputTokens: 500, pass: [] },
    requirements: [],
    acceptanceCriteria: [],
  },
  workspace: { path: '/w', branch: null, baseCommit: null },
  session: null,
  models: ['small'],
  limits: { maxTurns: 20, maxTokens: 100_000, maxOutputTokens: 500 },
  timeoutMs: 60_000,
  onRateLimit: 'park',
  at,
}

const tokens = { in: 900, out: 100, cached: 0, reasoning: 0 }
const cost = { model: 'small', tokens, usd: 0.01, source: 'estimated' as const }
const call = { id: 'c1', name: 'write', arguments: '{}' }
const brief = {
  conversation: ref(1),
  prompt: { name: 'agent', version: '1' },
  tokens: 500,
  prices: { small: { in: 1, out: 2 } },
  citable: {},
  menu: null,
}
const acting = { model: 'small', text: null, toolCalls: [call], finish: 'tools' as const }
const silent = { model: 'small', text: 'I am done', toolCalls: [], finish: 'stop' as const }
const turn = {
  conversation: ref(2),
  tokens: 700,
  progress: 'wrote a.js',
  advanced: true,
  delivered: null,
  durationMs: 10,
}

const running: { stop: () => void }[] = []
afterEach(() => running.splice(0).forEach((each) => each.stop()))

/** The agent under somebody who grants every budget; its activities answer what the test has put down for each turn. */
function agent(play: { model: (n: number) => object; tools?: (n: number) => object; brief?: object }, changes = {}) {
  const inputs: Record<string, any[]> = { briefer: [], model: [], tools: [] }
  const fake = (name: string, answer: (n: number) => object) =>
    fromPromise(async ({ input: given }: any) => {
      const n = inputs[name]!.push(given)
      const output = answer(n)
      if (output instanceof Error) throw output
      return { at: at + inputs.model!.length * 100, ...output }
    })
  const answered = (n: number) => {
    const output = play.model(n)
    if (output instanceof Error || 'outcome' in output) return output
    return { outcome: 'answered', answer: output, costs: [cost], durationMs: 50 }
  }
  const completion = machines.completion.machine.provide({ actors: { model: fake('model', answered) } as never })
  const actors = {
    completion,
    briefer: fake('briefer', () => play.brief ?? brief),
    tools: fake('tools', (n) => (play.tools ?? (() => turn))(n)),
  }
  const heard: any[] = []
  const parent = setup({ actors: { agent: machine.provide({ actors: actors as never }) } }).createMachine({
    invoke: { src: 'agent', id: 'agent', input: { ...input, ...changes } },
    on: {
      '*': {
        actions: ({ event }) => {
          heard.push(event)
          if (event.type === 'budget.reserve') event.asker.send({ type: 'budget.granted', at, usd: 1 })
        },
      },
    },
  })
  const root = createActor(parent).start()
  running.push(root)
  const ended = () => heard.find(({ type }) => type === 'agent.ended')
  return {
    inputs,
    heard,
    of: (type: string) => heard.filter((each) => each.type === type),
    child: () => root.getSnapshot().children.agent as any,
    ended: () => eventually(() => expect(ended()).toBeDefined()).then(ended),
  }
}

test('every state can be reached', () => {
  const done = (id: string, output: object) => ({ type: `xstate.done.actor.${id}`, output: { at, ...output } })
  const failed = (id: string) => ({ type: `xstate.error.actor.${id}`, error: new Error('torn') })
  const exploration = {
    input: { ...input, limits: { ...input.limits, maxTurns: 3 } },
    events: [
      done('briefer', brief),
      failed('briefer'),
      { type: 'completion.ended', outcome: 'answered', at, answer: acting, costs: [cost], workedMs: 5 },
      {
        type: 'completion.ended',
        outcome: 'failed',
        at,
        failure: { code: 'x.y', reason: 'z' },
        costs: [],
        workedMs: 5,
      },
      failed('completion'),
      done('tools', turn),
      done('tools', { ...turn, delivered: 'did it' }),
      failed('tools'),
    ],
    key: ({ turns }: any) => turns,
  }
  expect(reachedStates(machine, [exploration]).missing).toEqual([])
  expect(waysToFinalStates(machine, exploration)).toEqual({
    delivered: ['xstate.done.actor.briefer', 'completion.ended', 'xstate.done.actor.tools'],
    failed: ['xstate.error.actor.briefer'],
  })
})

test('asks, acts, asks again, until it delivers; what was said is told to the contract after every turn', async () => {
  const { ended, inputs, of } = agent({
    model: () => acting,
    tools: (n) => ({ ...turn, conversation: ref(n + 1), tokens: 700 * n, delivered: n === 2 ? 'fixed it' : null }),
  })
  expect(await ended()).toEqual({
    type: 'agent.ended',
    outcome: 'delivered',
    at: at + 200,
    summary: 'fixed it',
    conversation: ref(3),
  })
  expect(inputs.briefer).toEqual([
    {
      directiveId: 'd',
      purpose: 'agent',
      models: ['small'],
      contract: input.contract,
      workspace: input.workspace,
      session: null,
    },
  ])
  expect(inputs.model!.map(({ conversation, append }) => [conversation, append])).toEqual([
    [ref(1), []],
    [ref(2), []],
  ])
  expect(inputs.tools!.map(({ conversation, answer, timeoutMs }) => [conversation, answer, timeoutMs])).toEqual([
    [ref(1), acting, 60_000 - 50],
    [ref(2), acting, 60_000 - 110],
  ])
  expect(of('contract.session').map(({ session }) => JSON.parse(session))).toEqual([ref(2), ref(3)])
  expect(of('contract.progress').map(({ message }) => message)).toEqual(['turn 1: wrote a.js', 'turn 2: wrote a.js'])
  expect(of('budget.reserve').map(({ id, usd }) => [id, usd])).toEqual([
    ['one-g1/contract/agent/completion', (501 + 1000) / 1e6],
    ['one-g1/contract/agent/completion', (701 + 1000) / 1e6],
  ])
  expect(of('budget.settle').flatMap(({ entries }) => entries)).toMatchObject([
    { activity: 'agent', step: 'one', attempt: 2, usd: 0.01 },
    { activity: 'agent', step: 'one', attempt: 2, usd: 0.01 },
  ])
})

test('a rework goes on with the conversation it is given', async () => {
  const { ended, inputs } = agent(
    { model: () => acting, tools: () => ({ ...turn, delivered: 'better' }) },
    { session: ref(7) },
  )
  await ended()
  expect(inputs.briefer![0].session).toEqual(ref(7))
})

test('an answer without tools is asked about once; the second in a row counts as the end', async () => {
  const { ended, inputs } = agent({ model: () => silent })
  expect(await ended()).toMatchObject({ outcome: 'delivered', summary: 'I am done' })
  expect(inputs.model).toHaveLength(2)
  expect(inputs.model![1].append).toMatchObject([{ role: 'user', content: expect.stringContaining('`deliver`') }])
  expect(inputs.tools![1].append).toEqual(inputs.model![1].append)
})

test('one that ends without a word has delivered nothing to say, but is not asked for ever', async () => {
  const { ended } = agent({ model: () => ({ ...silent, text: null }) })
  expect(await ended()).toMatchObject({ outcome: 'delivered', summary: '' })
})

test('an answer without tools that was cut off is no end', async () => {
  const { ended, inputs } = agent({
    model: (n) => (n === 1 ? { ...silent, finish: 'length' } : acting),
    tools: (n) => ({ ...turn, delivered: n === 2 ? 'fixed' : null }),
  })
  expect(await ended()).toMatchObject({ summary: 'fixed' })
  expect(inputs.model![1].append).toMatchObject([{ content: expect.stringContaining('cut off') }])
})

test('calls, tokens, time worked and turns that change nothing are limited', async () => {
  const turns = await agent({ model: () => acting }, { limits: { ...input.limits, maxTurns: 3 } }).ended()
  expect(turns.failure).toEqual({
    code: 'executor.exhausted',
    reason: 'the agent had not delivered after 3 calls of the model and 3000 tokens, of 3 and 100000 allowed',
  })
  const spent = await agent({ model: () => acting }, { limits: { ...input.limits, maxTokens: 2000 } }).ended()
  expect(spent.failure).toMatchObject({ code: 'executor.exhausted', reason: expect.stringContaining('2 calls') })
  const slow = await agent({ model: () => acting, tools: () => ({ ...turn, durationMs: 90_000 }) }).ended()
  expect(slow.failure).toMatchObject({ code: 'executor.timed_out' })
  const idle = agent({ model: () => acting, tools: () => ({ ...turn, advanced: false }) })
  expect((await idle.ended()).failure).toMatchObject({
    code: 'executor.idle',
    reason: `the agent changed nothing for ${mostIdleTurns} turns`,
  })
  expect(idle.inputs.tools).toHaveLength(mostIdleTurns)
})

test('what fails on the way fails the attempt with its reason', async () => {
  const unbriefed = await agent({ model: () => acting, brief: new Error('no prompt') }).ended()
  expect(unbriefed).toMatchObject({ outcome: 'failed', failure: { code: 'briefer.failed', reason: 'no prompt' } })
  const refused = await agent({ model: () => ({ ...silent, finish: 'refused', text: 'I will not' }) }).ended()
  expect(refused.failure).toEqual({ code: 'model.refused', reason: 'small declined: I will not' })
  const unanswered = await agent({
    model: () => Object.assign(new Error('silence'), { code: 'model.timed_out' }),
  }).ended()
  expect(unanswered.failure).toEqual({ code: 'model.timed_out', reason: 'small: silence' })
  const workless = await agent({ model: () => acting, tools: () => new Error('the workspace is gone') }).ended()
  expect(workless.failure).toEqual({ code: 'tools.failed', reason: 'the workspace is gone' })
})

test('a completion that breaks fails the attempt', async () => {
  const { child, ended } = agent({ model: () => acting })
  child().send({ type: 'xstate.done.actor.briefer', output: { at, ...brief }, actorId: 'briefer' })
  child().send({ type: 'xstate.error.actor.completion', error: new Error('torn'), actorId: 'completion' })
  expect(await ended()).toMatchObject({ outcome: 'failed', failure: { code: 'asking.failed', reason: 'torn' } })
})
