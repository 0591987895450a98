import { afterEach, expect, test } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { machines } from '../../../machines/index.ts'
import { payloads } from '../../visualizations/payloads.ts'
import {
  type Activities,
  chain,
  createWorld,
  delivered,
  file,
  judged,
  said,
  step,
  verified,
  type World,
} from '../world.ts'

let world: World
afterEach(() => world.close())

const criteria = [
  { id: 'AC1', text: 'it works', requirementIds: ['R1'] },
  { id: 'AC2', text: 'it is nice', requirementIds: ['R2'] },
]
const requirements = [
  { id: 'R1', text: 'works', priority: 'must' },
  { id: 'R2', text: 'nice', priority: 'could' },
]
const one = (changes: object = {}) =>
  step('one', [], { requirementIds: ['R1', 'R2'], acceptanceCriteriaIds: ['AC1', 'AC2'], ...changes })

/** A directive of one step; the judge of the step answers in turn, that of the whole finds everything met. */
const begin = (answers: unknown[], activities: Activities = {}, judge = ['j'], changes: object = {}) => {
  const given = file({ requirements, acceptanceCriteria: criteria, chain: chain(one(changes)) })
  const met = said(judged({ AC1: 'met', AC2: 'met' }))
  let turn = 0
  world = createWorld(
    given,
    { model: () => (world.value().active.work === 'working' ? answers[turn++] : met), ...activities },
    { judge, agent: ['m', 'k'] },
  )
  world.send({ type: 'directive.start' })
}
const evaluation = () => world.snapshotAt('one-g1').context.evaluation
const met = said(judged({ AC1: 'met', AC2: 'met' }))

test('a judge that finds every criterion met lets the step pass, and its verdicts are kept', async () => {
  begin([met])
  await world.until('completed')
  expect(evaluation()).toMatchObject({
    level: 'green',
    judgeModel: 'm-1',
    judge: [{ id: 'AC1', verdict: 'met', citations: [{ file: 'src/a.ts', firstLine: 1, lastLine: 2 }] }, {}],
    criteria: [
      { id: 'AC1', verdict: 'met', by: 'judge', required: true },
      { id: 'AC2', by: 'judge', required: false },
    ],
  })
  expect(world.called('briefer')[0]).toMatchObject({
    purpose: 'judge',
    step: { name: 'one' },
    criteria: [{ id: 'AC1' }, { id: 'AC2' }],
    subject: { commit: 'c-one-1' },
    baseCommit: 'base',
    evidence: { commit: 'c-one-1' },
    programmatic: [{ name: 'test', status: 'passed' }],
  })
})

test('an unmet criterion sends the step back with what the judge saw, and the next attempt is judged anew', async () => {
  begin([said(judged({ AC1: 'unmet', AC2: 'met' })), met])
  await world.until('completed')
  const [, second] = world.called('contractor')
  expect(second.contract).toMatchObject({ attempt: 2 })
  expect(second.contract.instructions).toContain(
    'Acceptance criterion AC1 is unmet: it works (because of AC1) See src/a.ts:1-2.',
  )
  expect(evaluation()).toMatchObject({ level: 'green' })
  expect(world.called('model').map(({ purpose }) => purpose)).toEqual(['judge', 'judge', 'judge'])
  expect(world.snapshotAt('one-g1').context.ledger.map(({ attempt }: any) => attempt)).toEqual([1, 2])
})

test('a verdict on what the diff does not show counts for nothing: a person is asked', async () => {
  const elsewhere = said(judged({ AC1: 'met', AC2: 'met' }, 'src/elsewhere.ts'))
  begin([elsewhere, elsewhere, elsewhere])
  await world.until('evaluating.awaitingApproval', 'one-g1')
  expect(evaluation()).toMatchObject({ level: 'yellow', caps: ['criterion.unverifiable'] })
  expect(world.types('approval.required')[0]!.data.message).toContain('2')
  const { facts } = world.snapshotAt('one-g1/approval-1').context.request
  expect(facts.criteria[0]).toMatchObject({ verdict: 'unverifiable', why: expect.stringContaining('src/elsewhere.ts') })
})

test('a judge that fails makes nothing green, and the reason is told', async () => {
  begin([{ outcome: 'failed', code: 'model.unauthorized', reason: 'the key was refused', costs: [] }])
  await world.until('evaluating.awaitingApproval', 'one-g1')
  expect(evaluation()).toMatchObject({ level: 'yellow', caps: ['judge.failed'] })
  expect(evaluation().summary).toContain('the judge failed: model.unauthorized: j: the key was refused')
  expect(evaluation().criteria[0]).toMatchObject({ verdict: 'unverifiable', by: null })
})

test('a judge that breaks is one that failed', async () => {
  const broken = () => ({ conversation: {}, prompt: {}, tokens: 1, prices: null, citable: {}, menu: null })
  begin([], { briefer: broken })
  await world.until('evaluating.awaitingApproval', 'one-g1')
  expect(evaluation().caps).toEqual(['judge.failed'])
})

test('nobody is asked to judge what a required verifier has failed, nor a step without criteria', async () => {
  let first = true
  const failsOnce = ({ verifier }: any) => {
    const status = first ? 'failed' : 'passed'
    first = false
    return verified(verifier, status)
  }
  begin([met], { verifier: failsOnce })
  await world.until('completed')
  expect(world.called('briefer').map(({ step: name }) => name?.name)).toEqual(['one', undefined])
  world.close()
  begin([], {}, ['j'], { acceptanceCriteriaIds: [] })
  await world.until('completed')
  expect(world.called('briefer').map(({ step: name }) => name?.name)).toEqual([undefined])
})

test('a step given up while it is judged stops the judge', async () => {
  begin([new Promise(() => {})])
  await world.until((snapshot) => snapshot.context.budget.granted.length === 1)
  world.send({ type: 'directive.stop', reason: 'enough' })
  expect(world.snapshotAt('one-g1').value).toBe('skipped')
  expect(world.context().budget.granted).toEqual([])
})

test.each([
  ['the built-in agent', { kind: 'model', models: ['j'] }, ['m', 'k', 'j']],
  ["the built-in agent with the directive's models", { kind: 'model' }, ['j', 'k', 'm']],
  ['a command line that names its model', { kind: 'agent', preset: 'claude', model: 'm' }, ['j', 'k', 'm']],
  ['a command line that names none', { kind: 'agent', preset: 'claude' }, ['m', 'j', 'k']],
  ['a command', { kind: 'command', argv: ['true'] }, ['m', 'j', 'k']],
])('the work of %s is judged by another model first', (_, executor, expected) => {
  const { machine } = machines.step
  const input = {
    ...payloads.step!.input,
    models: { planner: [], agent: ['m'], judge: ['m', 'j', 'k'] },
    acceptanceCriteria: criteria,
    step: { ...one(), verifiers: [], contract: { phases: ['plan'], executor } },
    repository: null,
  }
  const at = 2_000_000_000_000
  const workspace = { path: '/w', branch: null, baseCommit: null }
  const [begun] = initialTransition(machine, input as never)
  const events = [
    { type: 'step.ready', at },
    { type: 'step.start', at },
    { type: 'contract.delivered', at, attempt: 1, evidence: delivered(null).evidence, workspace },
  ]
  const last = events.reduce((snapshot: any, event) => transition(machine, snapshot, event as never)[0], begun)
  expect(last.children.judge.getSnapshot().context.models).toEqual(expected)
})
