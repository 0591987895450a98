import { createActor, fromPromise, waitFor } from 'xstate'
import { describe, expect, test } from 'vitest'
import { machines, Step } from '../../../machines/index.ts'
import type { StepInput, StepResult } from '../../../machines/step/schema.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { delivered, fair, step as stepOf, verified } from '../world.ts'

const { machine } = machines.step

const input = (changes: Partial<StepInput> = {}): StepInput => ({
  directiveId: 'd',
  chainId: 'plan-g1',
  id: 'one-g1',
  generation: 1,
  title: 'Fix it',
  goal: 'it works',
  step: Step.parse(stepOf('one')),
  position: { x: 0, y: 0 },
  repository: { path: '/repo', baseRef: 'HEAD', setup: [], copy: [] },
  requirements: [],
  acceptanceCriteria: [],
  autonomy: 'guardrails',
  thresholds: { green: 0.8, yellow: 0.5 },
  maxReworkCycles: 1,
  stepTimeoutMs: 60_000,
  approvalTimeoutMs: null,
  models: { planner: [], agent: [], judge: [] },
  onRateLimit: 'park',
  carried: null,
  at: 1000,
  ...changes,
})

const spec = (name: string, changes: object = {}) => ({
  name,
  type: 'command' as const,
  argv: [name],
  weight: 1,
  required: true,
  timeoutSeconds: 9,
  rerun: true,
  why: 'found',
  ...changes,
})
const workspace = { path: '/w', branch: 'b', baseCommit: 'base' }
const evidence = delivered('c1').evidence
const failure = { code: 'executor.exited', reason: 'exit code 3', outputTail: 'boom', exitCode: 3 }
const at = 2000
const answered = (decision: string, comment: string | null = null) => ({
  type: 'approval.resolved',
  id: 'd:one-g1:approval-1',
  at,
  answer: { decision, choice: null, respondedBy: 'anna', comment, resolvedAt: at },
})
const merger = (output: object) => ({ type: 'xstate.done.actor.merger', output: { at, ...output } })
const verifier = (status: 'passed' | 'failed' | 'flaky') => ({
  type: 'xstate.done.actor.verifier',
  output: { at, ...verified(spec('test'), status) },
})

const events = [
  { type: 'step.ready', at },
  { type: 'step.start', at },
  { type: 'step.interrupt', at },
  { type: 'step.withhold', at },
  { type: 'step.offer', at },
  { type: 'step.abandon', at, reason: 'superseded' },
  { type: 'step.retry', by: 'anna', comment: 'again' },
  { type: 'step.skip', reason: 'not needed' },
  { type: 'step.approve', by: 'anna', reason: 'fine as it is' },
  { type: 'merge.granted', at },
  { type: 'contract.delivered', at, attempt: 1, evidence, workspace },
  { type: 'contract.failed', at, attempt: 1, failure, begun: true },
  { type: 'contract.failed', at, attempt: 1, failure, begun: false },
  { type: 'contract.spent', at, costs: [] },
  answered('approved'),
  answered('changes_requested', 'shorter'),
  answered('denied', 'no'),
  answered('expired'),
  { type: 'xstate.done.actor.detector', output: { at, verifiers: [spec('test')], tamperPaths: [] } },
  { type: 'xstate.done.actor.detector', output: { at, verifiers: [], tamperPaths: [] } },
  { type: 'xstate.error.actor.detector', error: new Error('no git') },
  verifier('passed'),
  verifier('failed'),
  verifier('flaky'),
  { type: 'xstate.error.actor.verifier', error: new Error('no disk') },
  { type: 'judge.concluded', at, judgement: { verdicts: [], model: 'j', failure: null } },
  { type: 'xstate.error.actor.judge', error: new Error('broken') },
  merger({ status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: false }),
  merger({ status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: true }),
  merger({ status: 'conflict', tip: 't', files: ['a.ts'] }),
  merger({ status: 'already', mergeCommit: 'm' }),
  merger({ status: 'merged', commit: 'm' }),
  merger({ status: 'moved', tip: 't2' }),
  { type: 'xstate.error.actor.merger', error: Object.assign(new Error('locked'), { code: 'git.locked' }) },
]

const key = (context: any) => [
  Math.min(context.reworkCount, 2),
  context.reworkCount < context.reworkAllowance,
  context.checks?.left.length,
  context.checks?.results.some((result: any) => result.status === 'failed'),
  context.judgement !== null,
  context.evaluation?.level,
  context.blocked?.code,
  context.evidence !== null,
  context.openApproval !== null,
  context.override,
  Math.min(context.publishAttempts, 3),
]

const carried: StepResult = { description: 'x', commit: 'c', mergeCommit: 'm', score: 1, level: 'green', summary: 's' }
const configured = Step.parse(stepOf('one', [], { verifiers: [{ name: 'test', argv: ['test'] }] as never }))
const criterion = { id: 'AC1', text: 'it works', requirementIds: [] }
const all = /./
const usual = /^step\.(ready|start)|^contract|^approval|done|granted/
const looks: [changes: Partial<StepInput>, types: RegExp][] = [
  [{}, all],
  [{ repository: null, step: configured }, usual],
  [{ autonomy: 'full_auto', approvalTimeoutMs: 60_000 }, usual],
  [{ autonomy: 'manual' }, usual],
  [
    { models: { planner: [], agent: [], judge: ['j'] }, acceptanceCriteria: [criterion] },
    /judge|start|ready|deliver|done/,
  ],
  [{ carried }, all],
]
const explorations = looks.map(([changes, types]) => ({
  input: input(changes),
  events: events.filter(({ type }) => types.test(type)),
  key,
}))

test('every state can be reached', () => {
  expect(reachedStates(machine, explorations).missing).toEqual([])
}, 90_000)

test('the shortest ways to the ends are those of the specification', () => {
  expect(waysToFinalStates(machine, explorations[0]!)).toEqual({
    skipped: ['step.abandon'],
    passed: [
      'step.ready',
      'step.start',
      'contract.delivered',
      'xstate.done.actor.detector',
      'xstate.done.actor.verifier',
      'merge.granted',
      'xstate.done.actor.merger',
    ],
  })
})

test('a carried over step has passed before anything happens', () => {
  const actor = createActor(machine, { input: input({ carried }) }).start()
  expect(actor.getSnapshot()).toMatchObject({ value: 'passed', status: 'done', context: { result: carried } })
})

/** The step alone, under a parent that grants every merge; the activities are functions. */
function run(changes: Partial<StepInput>, activities: Record<string, (input: any) => unknown>) {
  const all = { ...fair, ...activities } as Record<string, (input: any) => unknown>
  const calls: Record<string, any[]> = {}
  const fake = (name: string) =>
    fromPromise(async ({ input: given }: any) => {
      ;(calls[name] ??= []).push(given)
      return { at: 3000, ...((await all[name]!(given)) as object) }
    })
  const contract = machines.contract.machine.provide({
    actors: { workspace: fake('workspace'), contractor: fake('contractor') } as never,
  })
  const actor = createActor(
    machine.provide({
      actors: { contract, detector: fake('detector'), verifier: fake('verifier'), merger: fake('merger') } as never,
    }),
    { input: input(changes) },
  )
  actor.subscribe((snapshot) => {
    if (snapshot.matches('rework')) actor.send({ type: 'step.start', at: 1 })
    if (snapshot.matches({ evaluating: { merging: 'queueing' } })) actor.send({ type: 'merge.granted', at: 1 })
  })
  actor.start()
  actor.send({ type: 'step.ready', at: 1 })
  actor.send({ type: 'step.start', at: 1 })
  const reaches = (state: string) => waitFor(actor, (snapshot) => snapshot.matches(state as never), { timeout: 5000 })
  return { actor, calls, reaches, context: () => actor.getSnapshot().context }
}

describe('blocked', () => {
  test('wins: a late delivery changes nothing', async () => {
    const { actor, reaches } = run({ maxReworkCycles: 0 }, { verifier: ({ verifier: v }) => verified(v, 'failed') })
    await reaches('blocked')
    actor.send({ type: 'contract.delivered', at: 9, attempt: 1, evidence, workspace })
    actor.send({ type: 'step.start', at: 9 })
    expect(actor.getSnapshot().value).toBe('blocked')
  })

  test('at once where there is no workspace: nobody is handed back what they could not begin', async () => {
    let gone = true
    const { actor, reaches, calls, context } = run(
      {},
      {
        workspace: (given) => {
          if (gone) throw Object.assign(new Error('/repo is no folder'), { code: 'repository.missing', at: 4000 })
          return fair.workspace!(given, undefined as never)
        },
      },
    )
    await reaches('blocked')
    expect(context()).toMatchObject({
      blocked: { code: 'repository.missing', reason: '/repo is no folder' },
      reworkCount: 0,
      evaluation: null,
      now: 4000,
    })
    gone = false
    actor.send({ type: 'step.retry', by: 'anna' })
    await reaches('passed')
    expect(calls.contractor).toHaveLength(1)
    expect(calls.contractor![0]!.contract.attempt).toBe(2)
  })

  test('after a merge that failed, retry merges again instead of working again', async () => {
    let broken = true
    const { actor, reaches, calls, context } = run(
      {},
      {
        merger: (given) => {
          if (broken) throw new Error('disk full')
          return fair.merger!(given, undefined as never)
        },
      },
    )
    await reaches('blocked')
    expect(context().blocked).toEqual({ code: 'merge.failed', reason: 'merge.failed: disk full' })
    broken = false
    actor.send({ type: 'step.retry' })
    await reaches('passed')
    expect(calls.contractor).toHaveLength(1)
  })

  test('a result branch that keeps moving is given up after three tries', async () => {
    const { reaches, calls, context } = run(
      {},
      {
        merger: (given) =>
          given.op === 'publish' ? { status: 'moved', tip: 'x' } : fair.merger!(given, undefined as never),
      },
    )
    await reaches('blocked')
    expect(context().blocked!.reason).toContain('keeps moving')
    expect(calls.merger!.filter(({ op }) => op === 'publish')).toHaveLength(3)
  })

  test('a conflict without a rework left blocks, with the files in conflict', async () => {
    const { reaches, context } = run(
      { maxReworkCycles: 0 },
      { merger: () => ({ status: 'conflict', tip: 't', files: ['a.ts', 'b.ts'] }) },
    )
    await reaches('blocked')
    expect(context().blocked).toMatchObject({ code: 'merge.conflict', reason: expect.stringContaining('a.ts, b.ts') })
  })

  test('a merged tree that stays red blocks; approving it with a reason no longer asks the verifiers', async () => {
    const { actor, reaches, context } = run(
      { maxReworkCycles: 0 },
      {
        merger: (given) =>
          given.op === 'publish'
            ? { status: 'merged', commit: 'm' }
            : { status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: true },
        verifier: ({ verifier: v, subject }) => verified(v, subject.commit === 'm' ? 'failed' : 'passed'),
      },
    )
    await reaches('blocked')
    expect(context()).toMatchObject({ blocked: { code: 'merge.red' }, confidence: { level: 'red' } })
    actor.send({ type: 'step.approve', reason: 'known' })
    await reaches('passed')
    expect(context().result).toMatchObject({ mergeCommit: 'm', level: 'red' })
  })

  test('an executor that fails without a rework left blocks, and there is nothing to approve', async () => {
    const { actor, reaches, context } = run(
      { maxReworkCycles: 0 },
      { contractor: () => ({ outcome: 'failed', session: null, costs: [], ...failure }) },
    )
    await reaches('blocked')
    expect(context().blocked).toMatchObject({ code: 'executor.exited' })
    actor.send({ type: 'step.approve', by: 'anna', reason: 'fine' })
    expect(actor.getSnapshot().value).toBe('blocked')
    actor.send({ type: 'step.skip', reason: '' })
    expect(context().skipped).toBe('skipped by a person')
  })

  test('a denial is remembered in the words of the next attempt', async () => {
    const { actor, reaches, calls } = run({}, { verifier: ({ verifier: v }) => verified(v, 'flaky') })
    await waitFor(actor, (snapshot) => snapshot.matches({ evaluating: 'awaitingApproval' }))
    const approval = actor.getSnapshot().children['approval-1']!
    approval.send({ type: 'approval.deny', by: 'anna', comment: 'not like this' } as never)
    await reaches('blocked')
    actor.send({ type: 'step.retry', comment: 'use a table' })
    await waitFor(actor, (snapshot) => snapshot.context.approvals === 2)
    expect(calls.contractor![1].contract.instructions).toContain('use a table')
    expect(calls.contractor![1].contract.instructions).toContain('denied by anna: not like this')
  })
})

describe('verifiers', () => {
  test('run one at a time', async () => {
    let running = 0
    let most = 0
    const { reaches } = run(
      {},
      {
        detector: () => ({ verifiers: [spec('a'), spec('b'), spec('c')], tamperPaths: [] }),
        verifier: async ({ verifier: v }) => {
          most = Math.max(most, ++running)
          await Promise.resolve()
          running--
          return verified(v)
        },
      },
    )
    await reaches('passed')
    expect(most).toBe(1)
  })

  test('that could not be run, or found, are unavailable, and nothing turns green', async () => {
    const torn = () => {
      throw new Error('no disk')
    }
    const broken: Record<string, () => never>[] = [{ verifier: torn }, { detector: torn }]
    for (const activities of broken) {
      const { actor, context } = run({}, activities)
      await waitFor(actor, (snapshot) => snapshot.matches({ evaluating: 'awaitingApproval' }))
      expect(context().evaluation).toMatchObject({ level: 'yellow', programmatic: [{ status: 'unavailable' }] })
      actor.stop()
    }
  })

  test('that are configured run although detection failed', async () => {
    const verifiers = [{ name: 'mine', argv: ['x'] }] as never
    const { actor, context } = run(
      { step: Step.parse(stepOf('one', [], { verifiers })) },
      {
        detector: () => {
          throw new Error('no git')
        },
      },
    )
    await waitFor(actor, (snapshot) => snapshot.matches({ evaluating: 'awaitingApproval' }))
    expect(context().evaluation!.programmatic.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'detection unavailable',
      'mine passed',
    ])
    actor.stop()
  })
})
