import { describe, expect, test } from 'vitest'
import { machines } from '../../../machines/index.ts'
import { answered, ask, brief, unavailable } from '../asking.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { payloads } from '../../visualizations/payloads.ts'

const { events, ...payload } = payloads.judge as any
const input = { ...payload.input, at: 1000 }
const briefer = () => ({ ...brief, citable: { 'src/a.ts': [[3, 9]] } })
const verdict = (changes: object = {}) => ({
  id: 'AC1',
  why: 'seen',
  citations: [{ file: 'src/a.ts', firstLine: 3, lastLine: 4 }],
  verdict: 'met',
  ...changes,
})
const elsewhere = { citations: [{ file: 'src/b.ts', firstLine: 1, lastLine: 1 }] }
const judgement = (...criteria: object[]) => answered({ criteria })

const judge = async (replies: Parameters<typeof ask>[2]) => {
  const { ended, asked, told } = await ask('judge', input, { briefer, ...replies })
  expect(ended.type).toBe('judge.concluded')
  return { calls: asked, told, ...ended.judgement }
}

test('verdicts whose citations are in the diff are concluded', async () => {
  expect(await judge({ model: () => judgement(verdict()) })).toMatchObject({
    verdicts: [verdict()],
    model: 'big-2026',
    failure: null,
    calls: [{ purpose: 'judge', model: 'big' }],
  })
})

test('a citation that leads nowhere goes back; mended, it counts', async () => {
  const found = await judge({ model: (call) => judgement(verdict(call === 1 ? elsewhere : {})) })
  expect(found.verdicts).toEqual([verdict()])
  expect(found.calls[1].append[1].content).toContain('the diff does not show the file src/b.ts')
})

test('a citation that still leads nowhere makes the verdict unverifiable', async () => {
  const found = await judge({ model: () => judgement(verdict(elsewhere)) })
  expect(found).toMatchObject({ verdicts: [{ id: 'AC1', verdict: 'unverifiable' }], failure: null })
  expect(found.calls).toHaveLength(3)
})

test('its calls are booked under whom they are for', async () => {
  const { told } = await judge({ model: () => judgement(verdict()) })
  expect(told[0]).toMatchObject({
    type: 'budget.reserve',
    id: 'one-g1/judge/completion',
    activity: 'judge',
    step: 'one',
  })
})

describe('without a verdict it says why', () => {
  test('when the answers have no such shape', async () => {
    const found = await judge({ model: () => answered(null) })
    expect(found).toMatchObject({ verdicts: [], model: 'big-2026', failure: { code: 'judgement.invalid' } })
    expect(found.failure.reason).toContain('the answer is empty')
  })

  test('when no model can be asked', async () => {
    const found = await judge({ model: () => unavailable })
    expect(found).toMatchObject({ verdicts: [], model: null, failure: { code: 'model.unauthorized' } })
  })

  test('when the question cannot be composed', async () => {
    const gone = () => {
      throw new Error('no such commit')
    }
    expect((await judge({ briefer: gone, model: () => null })).failure).toEqual({
      code: 'asking.failed',
      reason: 'no such commit',
    })
  })

  test('when whoever asks for it breaks', async () => {
    const found = await judge({ briefer: () => ({ ...briefer(), prices: null }) as never, model: () => null })
    expect(found.failure.code).toBe('asking.failed')
  })
})

test('every state is reached, and the end', () => {
  const options = { input, events, key: ({ append, problems }: any) => [append.length, problems.length > 0] }
  expect(reachedStates(machines.judge.machine, [options]).missing).toEqual([])
  expect(waysToFinalStates(machines.judge.machine, options)).toEqual({ concluded: ['xstate.error.actor.briefer'] })
})
