import { afterEach, expect, test } from 'vitest'
import { project } from '../../machines/projection.ts'
import { eventually } from '../support/eventually.ts'
import { chain, createWorld, fair, file, step, verified, type World } from './world.ts'

let world: World
afterEach(() => world?.close())

const rows = (address: string) => project(world.snapshotAt(address))
const usd = { model: 'm', tokens: { in: 1, out: 1, cached: 0, reasoning: 0 }, usd: 0.5, source: 'reported' }

test('every actor of a directive contributes the rows it is listed by', async () => {
  world = createWorld(file({ chain: undefined, planner: 'template', executor: { kind: 'noop' } }), {
    planner: () => ({ chain: chain(step('one'), step('two', ['one'])), source: 'template', costs: [usd] }),
    verifier: ({ verifier }) => verified(verifier, 'flaky'),
  })
  expect(rows('')).toMatchObject([{ kind: 'directive', key: 'draft', data: { waiting: true, steps: { total: 0 } } }])
  world.send({ type: 'directive.start' })
  await world.until('active')
  await world.until('evaluating.awaitingApproval', 'one-g1')

  expect(rows('')).toMatchObject([
    {
      kind: 'directive',
      key: 'active',
      data: {
        id: 'd',
        title: 'Fix it',
        state: 'active',
        detail: 'active.work.working',
        planner: 'template',
        waiting: true,
        steps: { total: 2, waiting: 1, pending: 1 },
        chainId: 'plan-g1',
        outcome: null,
      },
    },
    { kind: 'cost', key: '000001', data: { usd: 0.5, step: null, activity: 'planner' } },
  ])
  expect(rows('one-g1')).toMatchObject([
    {
      kind: 'step',
      key: 'evaluating',
      data: { id: 'one-g1', detail: 'evaluating.awaitingApproval', confidence: { level: 'yellow' }, commit: 'c-one-1' },
    },
  ])
  expect(rows('two-g1')).toMatchObject([{ key: 'pending', data: { dependsOn: ['one'], summary: null, commit: null } }])
  expect(rows('one-g1/contract')).toMatchObject([{ kind: 'contract', key: 'delivered', data: { id: 'd.one-g1' } }])
  expect(rows('one-g1/approval-1')).toMatchObject([
    { kind: 'approval', key: 'pending', data: { id: 'd:one-g1:approval-1', state: 'pending', answer: null } },
  ])
  expect(rows('chain.1')).toMatchObject([{ kind: 'chain', key: 'current', data: { name: 'plan', steps: 2 } }])
  expect(JSON.stringify(rows('chain.1'))).not.toContain('definition')

  world.approve('one-g1/approval-1')
  expect(rows('one-g1/approval-1')).toMatchObject([{ key: 'approved', data: { answer: { respondedBy: 'anna' } } }])
  await world.until('passed', 'one-g1')
  expect(rows('one-g1')).toMatchObject([{ key: 'passed', data: { mergeCommit: 'm-one-d.one-g1' } }])
})

test('what is carried over shows the commit it was carried over with', async () => {
  world = createWorld(file({ chain: chain(step('one')) }))
  world.send({ type: 'directive.start' })
  await world.until('completed')
  world.close()
  const { result, ...context } = world.snapshotAt('one-g1').context
  expect(project({ value: 'passed', context: { ...context, result, evidence: null } })).toMatchObject([
    { data: { commit: 'c-one-1' } },
  ])
})

test('actors of other kinds, activities say, contribute nothing', () => {
  expect(project({ value: 'any', context: { kind: 'other' } })).toEqual([])
  expect(project({ value: undefined })).toEqual([])
})

test('who waits for a rate limit is listed with the time until which, and what a judge cost with its step', async () => {
  const limited = { outcome: 'limited', resetAt: 1_800_003_600_000, reason: 'too many requests', costs: [] }
  const executor = { kind: 'model' }
  const judged = { acceptanceCriteriaIds: ['AC1'] }
  world = createWorld(
    file({
      acceptanceCriteria: [{ id: 'AC1', text: 'it works' }],
      chain: chain(step('one', [], judged), step('two', ['one'], { contract: { executor } } as never)),
    }),
    { model: ({ purpose }, self) => (purpose === 'judge' ? fair.model!({ purpose }, self) : limited) },
    { judge: ['j'] },
  )
  world.send({ type: 'directive.start' })
  await world.until((snapshot) => snapshot.context.steps.one?.state === 'passed')
  expect(rows('one-g1')).toMatchObject([{ kind: 'step' }, { kind: 'cost', data: { activity: 'judge', step: 'one' } }])
  await eventually(() =>
    expect(rows('two-g1/contract/agent/completion')).toMatchObject([
      {
        kind: 'wait',
        key: 'rate_limit',
        data: { model: 'm', purpose: 'agent', until: 1_800_003_600_000, stepId: 'two-g1' },
      },
    ]),
  )
  expect(rows('two-g1/contract/agent')).toEqual([])
})
