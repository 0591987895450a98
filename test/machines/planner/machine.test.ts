import { describe, expect, test } from 'vitest'
import { machines } from '../../../machines/index.ts'
import { answered, ask, brief, unavailable } from '../asking.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { payloads } from '../../visualizations/payloads.ts'

const { events, ...payload } = payloads.planner as any
const input = { ...payload.input, at: 1000 }
const menu = { executors: { model: { kind: 'model' } }, verifiers: [] }
const briefer = () => ({ ...brief, menu })
const step = (name: string, dependsOn: string[] = []) => ({
  name,
  type: 'implement',
  description: `do ${name}`,
  dependsOn,
  requirementIds: ['R1'],
  executor: 'model',
})
const plan = (...steps: object[]) => ({ rationale: 'because', name: 'mend', description: 'Mend it.', steps })
const cyclic = plan(step('a', ['b']), step('b', ['a']))
const sound = plan(step('a'), step('b', ['a']))

test('a sound answer is proposed, with its rationale and the model it came from', async () => {
  const { ended, asked } = await ask('planner', input, { briefer, model: () => answered(sound) })
  expect(ended).toMatchObject({ type: 'plan.proposed', at: 3000, rationale: 'because', planningModel: 'big-2026' })
  expect(ended.chain.steps.map(({ name }: any) => name)).toEqual(['a', 'b'])
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ purpose: 'plan', model: 'big', conversation: brief.conversation, append: [] })
})

test('an unsound answer goes back with what is wrong with it', async () => {
  const { ended, asked, told } = await ask('planner', input, {
    briefer,
    model: (call) => answered(call === 1 ? cyclic : call === 2 ? 'Here you are: [1]' : sound),
  })
  expect(ended.type).toBe('plan.proposed')
  expect(asked.map(({ append }) => append.map(({ role }: any) => role))).toEqual([
    [],
    ['assistant', 'user'],
    ['assistant', 'user', 'assistant', 'user'],
  ])
  expect(asked[1].append[1].content).toContain('a -> b -> a')
  expect(asked[2].append[3].content).toContain('answer.not_json')
  const reserved = told.filter(({ type }) => type === 'budget.reserve')
  expect(reserved.map(({ id, activity, attempt }) => [id, activity, attempt])).toEqual(
    Array(3).fill(['planner/completion', 'planner', 2]),
  )
  expect(reserved[1].usd).toBeGreaterThan(reserved[0].usd)
})

test('an answer that says nothing goes back as one that says so: empty messages are refused by some', async () => {
  const { asked } = await ask('planner', input, { briefer, model: (call) => answered(call === 1 ? null : sound) })
  expect(asked[1].append[0]).toEqual({ role: 'assistant', content: '(nothing)', toolCalls: [] })
})

describe('it fails, and says why', () => {
  const failure = async (replies: Parameters<typeof ask>[2]) => {
    const { ended, asked } = await ask('planner', { ...input, chainId: 'plan-g1' }, { briefer, ...replies })
    expect(ended.type).toBe('plan.failed')
    return { calls: asked.length, ...ended.failure }
  }

  test('when the third answer is unsound too', async () => {
    const found = await failure({ model: () => answered(cyclic) })
    expect(found).toMatchObject({ calls: 3, code: 'plan.unsound', reason: expect.stringContaining('a -> b -> a') })
  })

  test('when the answers are cut off', async () => {
    const found = await failure({ model: () => answered('{"name": "me', { finish: 'length' }) })
    expect(found).toMatchObject({ calls: 3, reason: expect.stringContaining('cut off') })
  })

  test('when the model declines, without asking again', async () => {
    expect(await failure({ model: () => answered('I would rather not', { finish: 'refused' }) })).toEqual({
      calls: 1,
      code: 'model.refused',
      reason: 'big-2026 declined: I would rather not',
    })
    expect((await failure({ model: () => answered(null, { finish: 'refused' }) })).reason).toContain('without a word')
  })

  test('when it answers nothing at all', async () => {
    const { reason } = await failure({ model: () => answered(null) })
    expect(reason).toMatch(/^the plan is unsound: the answer is empty \([^;]*\)$/)
  })

  test('when no model can be asked', async () => {
    expect(await failure({ model: () => unavailable })).toMatchObject({
      code: 'model.unauthorized',
      reason: expect.stringContaining('the key was refused'),
    })
  })

  test('when the question cannot be composed', async () => {
    const gone = () => {
      throw Object.assign(new Error('no such folder'), { code: 'repository.missing' })
    }
    expect(await failure({ briefer: gone, model: () => null })).toEqual({
      calls: 0,
      code: 'repository.missing',
      reason: 'no such folder',
    })
  })

  test('when whoever asks for it breaks', async () => {
    expect((await failure({ briefer: () => ({ ...briefer(), prices: null }), model: () => null })).code).toBe(
      'asking.failed',
    )
  })
})

test('every state is reached, and both ends', () => {
  const options = { input, events, key: ({ append, problems }: any) => [append.length, problems.length > 0] }
  expect(reachedStates(machines.planner.machine, [options]).missing).toEqual([])
  expect(waysToFinalStates(machines.planner.machine, options)).toEqual({
    proposed: ['xstate.done.actor.briefer', 'completion.ended'],
    failed: ['xstate.error.actor.briefer'],
  })
})
