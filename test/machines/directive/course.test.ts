import { afterEach, beforeEach, expect, test } from 'vitest'
import { chain, createWorld, delivered, file, gate, step, verified, type World } from '../world.ts'

let world: World
let open: (settled?: void) => void
beforeEach(() => {
  open = () => {}
})
afterEach(() => {
  open()
  world.close()
})

const states = () => Object.fromEntries(Object.entries(world.context().steps).map(([name, each]) => [name, each.state]))

test('a chain of two steps runs to completed, each merged once, under one accepted contract', async () => {
  world = createWorld()
  world.send({ type: 'directive.start' })
  await world.until('completed')

  expect(world.context().outcome).toMatchObject({ code: 'completed' })
  expect(states()).toEqual({ one: 'passed', two: 'passed' })
  expect(world.snapshotAt('one-g1').value).toBe('passed')
  expect(world.snapshotAt('one-g1/contract').value).toBe('accepted')
  expect(world.called('merger').map(({ op, contractId }) => `${op} ${contractId}`)).toEqual([
    'prepare d.one-g1',
    'publish d.one-g1',
    'prepare d.two-g1',
    'publish d.two-g1',
  ])
  expect(world.called('cleaner')).toHaveLength(1)
  expect(world.context()).toMatchObject({ resultCommit: 'm-two-d.two-g1', resultBranch: 'adjutant/d/result' })
  expect(world.emitted.map(({ type }) => type)).toEqual([
    'directive.status_changed',
    'chain.created',
    'directive.status_changed',
    ...['one', 'two'].flatMap(() => [
      'step.status_changed',
      'step.status_changed',
      'step.started',
      'step.status_changed',
      'evaluation.completed',
      'step.status_changed',
    ]),
    'evaluation.completed',
    'directive.status_changed',
    'directive.completed',
  ])
})

test('a red first attempt is handed back with the failing command, and the second one passes', async () => {
  world = createWorld(file({ chain: chain(step('one')) }), {
    verifier: ({ verifier, subject }) => verified(verifier, subject.commit === 'c-one-1' ? 'failed' : 'passed'),
  })
  world.send({ type: 'directive.start' })
  await world.until('completed')

  const [first, second] = world.called('contractor')
  expect(first.contract).toMatchObject({ attempt: 1, instructions: null, id: 'd.one-g1' })
  expect(second.contract).toMatchObject({ attempt: 2, id: 'd.one-g1', phase: 'plan' })
  expect(second.contract.instructions).toContain('The required verifier "test" failed (exit code 1).')
  expect(second.contract.instructions).toContain('npm test')
  expect(second.contract.instructions).toContain('expected 1, got 2')
  expect(world.context().steps.one).toMatchObject({ state: 'passed', reworkCount: 1 })
  expect(world.types('step.rework')).toHaveLength(1)
})

test('a step that touches its tests is yellow, and a person accepts it', async () => {
  world = createWorld(file({ chain: chain(step('one')) }), {
    contractor: () => delivered('c1', { modifiedFiles: ['src/a.ts', 'test/a.test.ts'] }),
  })
  world.send({ type: 'directive.start' })
  await world.until('evaluating.awaitingApproval', 'one-g1')
  expect(world.context().runningSince).toBeNull()
  const [required] = world.types('approval.required')
  expect(required!.data).toMatchObject({ approvalId: 'd:one-g1:approval-1', type: 'step_review' })

  world.actorAt('one-g1/approval-1').send({ type: 'approval.approve', by: 'command:d.one-g1', at: world.now() })
  expect(world.snapshotAt('one-g1/approval-1').matches('pending')).toBe(true)
  world.approve('one-g1/approval-1')
  expect(world.snapshotAt('one-g1/approval-1').value).toBe('approved')
  await world.until('completed')
  expect(world.types('approval.resolved')[0]).toMatchObject({ actor: { type: 'user', id: 'anna' } })
})

test('full autonomy merges what is yellow without asking', async () => {
  world = createWorld(file({ autonomy: 'full_auto', chain: chain(step('one')) }), {
    verifier: ({ verifier }) => verified(verifier, 'flaky'),
  })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(world.context().outcome).toMatchObject({ code: 'completed.with_reservations' })
  expect(world.types('approval.required')).toHaveLength(0)
})

test('manual autonomy asks before the plan, each merge and the end', async () => {
  world = createWorld(file({ autonomy: 'manual', chain: chain(step('one')) }))
  world.send({ type: 'directive.start' })
  await world.until('planning.reviewing')
  world.approve('approval-1')
  await world.until('evaluating.awaitingApproval', 'one-g1')
  world.approve('one-g1/approval-1')
  await world.until('active.work.awaitingCompletion')
  world.approve('approval-2')
  await world.until('completed')
  expect(world.types('approval.required').map(({ data }) => data.type)).toEqual([
    'plan_review',
    'step_review',
    'completion_review',
  ])
  expect(world.context().outcome).toMatchObject({ code: 'completed' })
})

test('changes requested at a yellow step become the words of its rework', async () => {
  world = createWorld(file({ chain: chain(step('one')) }), {
    verifier: ({ verifier, subject }) => verified(verifier, subject.commit === 'c-one-1' ? 'flaky' : 'passed'),
  })
  world.send({ type: 'directive.start' })
  await world.until('evaluating.awaitingApproval', 'one-g1')
  world.send({ type: 'approval.request_changes', by: 'anna', comment: 'name it slug' }, 'one-g1/approval-1')
  await world.until('completed')
  expect(world.called('contractor')[1].contract.instructions).toContain('A person asks for changes: name it slug')
})

test('a denied approval blocks the step, and expiry denies', async () => {
  world = createWorld(file({ chain: chain(step('one')), limits: { approvalTimeoutMinutes: 10 } }), {
    verifier: ({ verifier }) => verified(verifier, 'flaky'),
  })
  world.send({ type: 'directive.start' })
  await world.until('evaluating.awaitingApproval', 'one-g1')
  world.clock.increment(10 * 60_000)
  expect(world.snapshotAt('one-g1/approval-1').value).toBe('expired')
  expect(world.snapshotAt('one-g1').context.blocked).toMatchObject({ code: 'approval.expired' })
  await world.until('active.work.stuck')
  world.send({ type: 'approval.deny', by: 'anna', comment: 'no' }, 'approval-1')
  expect(world.context().outcome).toEqual({
    code: 'chain.stuck',
    reason: 'a way out of the stuck chain was denied: no',
  })
})

test('a directive without a repository has no detection, no merge and the verdict of its weakest step', async () => {
  world = createWorld(
    file({
      repository: undefined,
      chain: chain(
        step('one', [], { verifiers: [{ name: 'there', argv: ['test', '-f', 'x'] }] as never }),
        step('two', ['one'], { contract: { executor: { kind: 'noop' } } as never, verifiers: [] }),
      ),
    }),
    { contractor: () => delivered(null) },
  )
  world.send({ type: 'directive.start' })
  await world.until('evaluating.awaitingApproval', 'two-g1')
  world.approve('two-g1/approval-1')
  await world.until('active.work.awaitingCompletion')
  expect(world.context().review.evaluation).toMatchObject({
    level: 'yellow',
    summary: expect.stringContaining('weakest of 2'),
  })
  world.approve('approval-1', { comment: 'good enough' })
  expect(world.context().outcome).toMatchObject({
    code: 'completed.with_reservations',
    reason: expect.stringContaining('accepted: good enough'),
  })
  expect(new Set(world.calls.map(({ activity }) => activity))).toEqual(new Set(['workspace', 'contractor', 'verifier']))
  expect(world.called('verifier')[0].subject).toEqual({ repository: null, commit: null, path: '/w/one' })
})

test('independent steps run side by side up to the limit, those on the longest way first', async () => {
  const work = gate()
  open = work.open
  world = createWorld(
    file({
      limits: { maxParallelSteps: 2 },
      chain: chain(step('alone'), step('start'), step('middle', ['start']), step('end', ['middle']), step('also')),
    }),
    { contractor: ({ contract }) => work.passed.then(() => delivered(`c-${contract.step}`)) },
  )
  world.send({ type: 'directive.start' })
  expect(states()).toEqual({ alone: 'running', start: 'running', middle: 'pending', end: 'pending', also: 'ready' })
  work.open()
  await world.until('completed')
})

test('merges happen one at a time, in the order they were asked for', async () => {
  const first = gate()
  open = first.open
  world = createWorld(file({ chain: chain(step('one'), step('two')) }), {
    merger: async ({ op, step: name, contractId, mergeCommit }) => {
      if (op === 'publish') return { status: 'merged', commit: mergeCommit }
      if (name === 'one') await first.passed
      return { status: 'ready', mergeCommit: `m-${contractId}`, tip: 't', tipMoved: false }
    },
  })
  world.send({ type: 'directive.start' })
  await world.until((snapshot) => snapshot.context.merge.queue.length === 1)
  expect(world.context().merge).toEqual({ holder: 'one-g1', queue: ['two-g1'] })
  expect(world.called('merger')).toHaveLength(1)
  first.open()
  await world.until('completed')
  expect(world.context().merge).toEqual({ holder: null, queue: [] })
})

test('a conflict is rework on the present tip', async () => {
  world = createWorld(file({ chain: chain(step('one')) }), {
    merger: ({ op, commit, mergeCommit }) => {
      if (op === 'publish') return { status: 'merged', commit: mergeCommit }
      return commit === 'c-one-1'
        ? { status: 'conflict', tip: 't2', files: ['src/a.ts'] }
        : { status: 'ready', mergeCommit: 'm', tip: 't2', tipMoved: false }
    },
  })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(world.called('workspace').map(({ freshBase }) => freshBase)).toEqual([false, true])
  expect(world.called('contractor')[1].contract.instructions).toContain('conflicts')
  expect(world.context().steps.one).toMatchObject({ reworkCount: 1 })
})

test('when the tip has moved, required verifiers run on the merged tree before it becomes the tip', async () => {
  world = createWorld(file({ chain: chain(step('one')) }), {
    merger: ({ op, commit, mergeCommit }) =>
      op === 'publish'
        ? { status: 'merged', commit: mergeCommit }
        : { status: 'ready', mergeCommit: `m-${commit}`, tip: 't2', tipMoved: true },
    verifier: ({ verifier, subject }) => verified(verifier, subject.commit === 'm-c-one-1' ? 'failed' : 'passed'),
  })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(world.called('verifier').map(({ subject }) => subject.commit)).toEqual([
    'c-one-1',
    'm-c-one-1',
    'c-one-2',
    'm-c-one-2',
    null,
  ])
  expect(world.called('merger').filter(({ op }) => op === 'publish')).toHaveLength(1)
  expect(world.called('contractor')[1].contract.instructions).toContain('Alone your work passed')
})

test('acceptance criteria are verified on the merged result', async () => {
  const acceptanceCriteria = [
    { id: 'AC1', text: 'umlauts work', verify: ['node', 'check.mjs'] },
    { id: 'AC2', text: 'it is fast' },
  ]
  world = createWorld(file({ chain: chain(step('one')), acceptanceCriteria }), {
    verifier: ({ verifier }) => verified(verifier, verifier.name === 'criterion AC1' ? 'failed' : 'passed'),
  })
  world.send({ type: 'directive.start' })
  await world.until('active.work.awaitingCompletion')
  const { evaluation } = world.context().review
  expect(evaluation).toMatchObject({ level: 'red' })
  expect(evaluation!.criteria.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['AC1 unmet', 'AC2 unverifiable'])
  world.approve('approval-1')
  world.approve('approval-1', { choice: 'accept' })
  expect(world.snapshotAt('approval-1').matches('pending')).toBe(true)
  world.approve('approval-1', { choice: 'accept', comment: 'next week' })
  await world.until('completed')
  expect(world.context().outcome!.code).toBe('completed.with_reservations')
})

test('a verifier that steps share runs once in the final review, beside those that were detected', async () => {
  const shared = {
    verifiers: [
      { name: 'unit', argv: ['npm', 'test'] },
      { name: 'own', argv: ['own'] },
    ] as never,
  }
  world = createWorld(file({ chain: chain(step('one', [], shared), step('two', [], shared), step('three')) }), {
    detector: ({ step: name, verifiers }) => ({
      verifiers: (verifiers === 'auto' ? [{ name: 'test', argv: ['npm', 'test'] }] : verifiers).map((each: object) => ({
        type: 'command',
        weight: 1,
        required: true,
        timeoutSeconds: 9,
        rerun: true,
        why: name ?? 'review',
        ...each,
      })),
      tamperPaths: [],
    }),
  })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  const final = world.called('verifier').filter(({ step: name }) => name === null)
  expect(final.map(({ verifier }) => verifier.name)).toEqual(['unit', 'own'])
})

test('without a repository criteria are still verified, and what could not be run is unverifiable', async () => {
  const acceptanceCriteria = [
    { id: 'AC1', text: 'is there', verify: ['there'] },
    { id: 'AC2', text: 'is nice', verify: ['nice'] },
  ]
  const verifiers = [{ name: 'v', argv: ['v'] }] as never
  world = createWorld(
    file({
      repository: undefined,
      chain: chain(step('one', [], { verifiers, taskPlan: 'with care' })),
      acceptanceCriteria,
    }),
    {
      contractor: () => delivered(null),
      verifier: ({ verifier }) => verified(verifier, verifier.name === 'criterion AC2' ? 'unavailable' : 'passed'),
    },
  )
  world.send({ type: 'directive.start' })
  await world.until('active.work.awaitingCompletion')
  expect(world.context().review.evaluation!.criteria.map(({ verdict }) => verdict)).toEqual(['met', 'unverifiable'])
  expect(world.called('contractor')[0].contract.plan).toBe('do one\n\nwith care')
})

test('when everything was skipped there is nothing to call good', async () => {
  world = createWorld(file({ repository: undefined, chain: chain(step('one')), limits: { maxReworkCycles: 0 } }), {
    contractor: () => ({
      outcome: 'failed',
      code: 'executor.exited',
      reason: 'exit code 1',
      exitCode: 1,
      outputTail: '',
      session: null,
      costs: [],
    }),
  })
  world.send({ type: 'directive.start' })
  await world.until('active.work.stuck')
  world.approve('approval-1', { choice: 'skip' })
  await world.until('active.work.awaitingCompletion')
  expect(world.context().review.evaluation).toMatchObject({ level: 'yellow', caps: ['verifier.none'] })
})

test('another plan may be asked for although the result is green', async () => {
  world = createWorld(file({ autonomy: 'manual', chain: chain(step('one')) }))
  world.send({ type: 'directive.start' })
  world.approve('approval-1')
  await world.until('evaluating.awaitingApproval', 'one-g1')
  world.approve('one-g1/approval-1')
  await world.until('active.work.awaitingCompletion')
  world.approve('approval-2', { choice: 'replan', chain: chain(step('one'), step('more', ['one'])) })
  await world.until('planning.reviewing')
  expect(world.context().planning.reason).toBe('a person asked for another plan')
})
