import { expect, test } from 'vitest'
import type { PlannerInput } from '../../machines/index.ts'
import { Chain } from '../../machines/index.ts'
import { adjutantIn } from './repositories.ts'

const chain = Chain.parse({
  name: 'fix',
  steps: [{ name: 'build', type: 'implement', description: 'Build it', contract: { executor: { kind: 'noop' } } }],
})

const inputFor = (more: Partial<PlannerInput>): PlannerInput => ({
  directiveId: 'd1',
  source: 'file',
  title: 'Fix it',
  goal: 'It works',
  requirements: [
    { id: 'R1', text: 'one', priority: 'must' },
    { id: 'R2', text: 'two', priority: 'could' },
  ],
  acceptanceCriteria: [{ id: 'AC1', text: 'works', requirementIds: ['R1'] }],
  chain: null,
  executor: null,
  generation: 1,
  reason: null,
  passedSteps: [],
  failingStep: null,
  feedback: [],
  problems: [],
  ...more,
})

const plan = (more: Partial<PlannerInput>) => adjutantIn().run('planner', inputFor(more))

test('source file proposes the chain it was given, unchanged', async () => {
  expect(await plan({ chain })).toMatchObject({ source: 'file', chain, costs: [] })
})

test('source file without a chain is refused for good', () =>
  expect(plan({})).rejects.toMatchObject({ code: 'plan.chain_missing', retryable: false }))

test('source template is research, implement, test, with every requirement covered', async () => {
  const { chain: made, source } = await plan({ source: 'template', executor: { kind: 'command', argv: ['agent'] } })
  expect(source).toBe('template')
  expect(Chain.parse(made)).toEqual(made)
  expect(made.steps.map(({ name, dependsOn }) => [name, ...dependsOn])).toEqual([
    ['research'],
    ['implement', 'research'],
    ['test', 'implement'],
  ])
  expect(made.steps[1]).toMatchObject({ requirementIds: ['R1', 'R2'], acceptanceCriteriaIds: ['AC1'] })
  for (const step of made.steps) expect(step.contract.executor).toEqual({ kind: 'command', argv: ['agent'] })
})

test('source template needs an executor, unless a chain replaces it', async () => {
  await expect(plan({ source: 'template' })).rejects.toMatchObject({ code: 'plan.executor_missing', retryable: false })
  expect(await plan({ source: 'template', chain })).toMatchObject({ chain })
})

test('source model is refused while there is none', () =>
  expect(plan({ source: 'model' })).rejects.toMatchObject({ code: 'planner.unavailable', retryable: false }))
