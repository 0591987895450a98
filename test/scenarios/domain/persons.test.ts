import { describe, expect, test } from 'vitest'
import { chainOf, failing, noop, passing, shell, useStage } from './stage.ts'

const stage = useStage()

const one = (more: object = {}) => chainOf({ name: 'one', ...more })
const yellow = { verifiers: [] }
const red = { verifiers: [failing] }

const questions = async (play: Awaited<ReturnType<typeof stage.play>>) =>
  (await play.told('approval.required')).map(({ data }) => data.type)

describe('a plan in manual', () => {
  const atReview = async (chain = one()) => {
    const play = await stage.play({ chain, autonomy: 'manual' })
    await play.start()
    expect((await play.look()).value).toEqual({ planning: 'reviewing' })
    return play
  }

  test('is asked about before anything runs, and approved it is carried out, each step and the end asked about', async () => {
    const play = await atReview()
    const { request } = (await play.look('approval-1')).context
    expect(request).toMatchObject({ type: 'plan_review', urgency: 'medium', choices: ['accept'], allowsChanges: true })
    expect(request.facts.steps).toMatchObject([{ name: 'one', executor: 'noop' }])
    await play.approve()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    expect((await play.look('one-g1')).context.evaluation.level).toBe('green')
    await play.approve({}, 'one-g1')
    await play.until({ matches: { active: { work: 'awaitingCompletion' } } })
    await play.approve()
    await play.until({ matches: 'completed' })
    expect(await questions(play)).toEqual(['plan_review', 'step_review', 'completion_review'])
    expect((await play.context()).outcome!.code).toBe('completed')
  })

  test('may be approved with an edited chain; an unsound one is asked about again', async () => {
    const play = await atReview()
    await play.approve({ chain: chainOf({ name: 'one', dependsOn: ['none'] }) })
    const { request } = (await play.look('approval-2')).context
    expect(request.question).toContain('none')
    const unknown = [{ contract: { executor: { kind: 'robot' } } }, { verifiers: [{ name: 'v', type: 'oracle' }] }]
    for (const more of unknown)
      await expect(play.approve({ chain: chainOf({ name: 'one', ...more }) })).rejects.toMatchObject({
        code: 'event.invalid',
      })
    expect((await play.look('approval-2')).value).toMatchObject({ pending: 'undated' })
    await play.approve({ chain: chainOf({ name: 'edited' }, { name: 'more', dependsOn: ['edited'] }) })
    await play.untilStep('edited', 'evaluating.awaitingApproval')
    expect(Object.keys((await play.context()).steps)).toEqual(['edited', 'more'])
  })

  test('that is sent back is made again with the words, but not for ever', async () => {
    const play = await atReview()
    for (const comment of ['smaller', 'smaller still', 'no']) await play.answer('request_changes', { comment })
    expect((await play.context()).planning.feedback).toEqual(['smaller', 'smaller still', 'no'])
    await play.answer('request_changes', { comment: 'never good' })
    expect((await play.context()).attention).toEqual({
      code: 'planning.failed',
      reason: 'the plan was sent back too often',
    })
  })

  test('that is denied ends the directive', async () => {
    const play = await atReview()
    await play.answer('deny', { comment: 'no' })
    expect((await play.context()).outcome).toEqual({ code: 'plan.denied', reason: 'the plan was denied: no' })
  })
})

describe('a green step', () => {
  test('is merged without a question, except in manual', async () => {
    const play = await stage.play({ chain: one() })
    await play.start()
    await play.until({ matches: 'completed' })
    expect(await questions(play)).toEqual([])
  })
})

describe('a yellow step', () => {
  test('is merged in full_auto, and the directive is completed with reservations', async () => {
    const play = await stage.play({ chain: one(yellow), autonomy: 'full_auto' })
    await play.start()
    await play.until({ matches: 'completed' })
    expect(await questions(play)).toEqual([])
    expect((await play.context()).outcome!.code).toBe('completed.with_reservations')
  })

  test('is a question in guardrails and in manual, with what is needed to decide it', async () => {
    for (const autonomy of ['guardrails', 'manual']) {
      const play = await stage.play({ chain: one(yellow), autonomy })
      await play.start()
      if (autonomy === 'manual') await play.approve()
      await play.untilStep('one', 'evaluating.awaitingApproval')
      const { request } = (await play.look('one-g1/approval-1')).context
      expect(request).toMatchObject({ type: 'step_review', facts: { level: 'yellow', caps: ['verifier.none'] } })
    }
  })

  test('approved is merged, and the yellow end is a question again: accepted it is completed with reservations', async () => {
    const play = await stage.play({ chain: one(yellow) })
    await play.start()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    await play.approve({}, 'one-g1')
    await play.until({ matches: { active: { work: 'awaitingCompletion' } } })
    const { request } = (await play.look('approval-1')).context
    expect(request).toMatchObject({ type: 'completion_review', choices: ['accept', 'replan', 'stop'] })
    await play.approve({ comment: 'good enough' })
    await play.until({ matches: 'completed' })
    const { outcome } = await play.context()
    expect(outcome!.code).toBe('completed.with_reservations')
    expect(outcome!.reason).toContain('accepted: good enough')
  })

  test('sent back is rework with the words of the person', async () => {
    const said = 'if [ "$ADJUTANT_ATTEMPT" = 2 ]; then echo yes > said; fi'
    const heard = { name: 'heard', argv: ['test', '-s', 'said'], required: false }
    const play = await stage.play({
      chain: one({ contract: shell(said), verifiers: [heard] }),
      thresholds: { green: 1, yellow: 0 },
    })
    await play.start()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    await play.answer('request_changes', { comment: 'make it shorter' }, 'one-g1')
    await play.until({ matches: 'completed' })
    expect((await play.look('one-g1')).context.reworkCount).toBe(1)
    expect((await play.told('step.rework'))[0]!.data.instructions).toContain('make it shorter')
  })

  test('denied is blocked', async () => {
    const play = await stage.play({ chain: one(yellow) })
    await play.start()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    await play.answer('deny', { comment: 'not like this' }, 'one-g1')
    expect((await play.look('one-g1')).context.blocked).toEqual({
      code: 'approval.denied',
      reason: 'the approval was denied by anna: not like this',
    })
  })
})

describe('a question', () => {
  test('that nobody answers in time expires, which denies', async () => {
    const play = await stage.play({ chain: one(yellow), limits: { approvalTimeoutMinutes: 0.002 } })
    await play.start()
    await play.untilStep('one', 'blocked')
    expect((await play.look('one-g1/approval-1')).value).toBe('expired')
    expect((await play.look('one-g1')).context.blocked.code).toBe('approval.expired')
    await play.until({ matches: 'failed' })
    expect((await play.context()).outcome).toMatchObject({ code: 'chain.stuck' })
  })

  test('is withdrawn when it has lost its object', async () => {
    const play = await stage.play({ chain: one(yellow) })
    await play.start()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    await play.send({ type: 'directive.replan', reason: 'another way', chain: chainOf({ name: 'two' }) })
    expect((await play.look('one-g1/approval-1')).value).toBe('withdrawn')
    await play.until({ matches: 'completed' })
    expect((await play.told('approval.resolved')).map(({ data }) => data.decision)).toEqual(['withdrawn'])
  })

  test('cannot be answered by who did the work, nor twice', async () => {
    const play = await stage.play({ chain: one(yellow) })
    await play.start()
    const { context } = await play.untilStep('one', 'evaluating.awaitingApproval')
    await play.approve({ by: `noop:${context.contractId}` }, 'one-g1')
    expect((await play.look('one-g1/approval-1')).value).toMatchObject({ pending: 'undated' })
    await play.approve({}, 'one-g1')
    await expect(play.send({ type: 'approval.deny' }, 'one-g1/approval-1')).rejects.toMatchObject({
      code: 'actor.not_found',
    })
    expect((await play.look('one-g1/approval-1')).context.answer).toMatchObject({
      decision: 'approved',
      respondedBy: 'anna',
    })
  })
})

describe('a blocked step', () => {
  const stuck = async (more: object = {}) => {
    const mended = stage.path(`mended-${Math.random()}`)
    const check = { name: 'mended', argv: ['test', '-e', mended], rerun: false }
    const chain = chainOf({ name: 'one', verifiers: [check] }, { name: 'two', dependsOn: ['one'] })
    const play = await stage.play({ chain, limits: { maxReworkCycles: 0, maxFailedSteps: 5 }, ...more })
    await play.start()
    await play.until({ matches: { active: { work: 'stuck' } } })
    return { play, mend: () => stage.open(mended.slice(stage.path('').length)) }
  }

  test('that holds up all the rest is a question, and nothing overwrites it meanwhile', async () => {
    const { play } = await stuck()
    const { request } = (await play.look('approval-1')).context
    expect(request).toMatchObject({
      type: 'chain_stuck',
      urgency: 'high',
      choices: ['retry', 'skip', 'replan', 'stop'],
      facts: { blocked: [{ name: 'one', summary: expect.stringContaining('evaluation.red') }] },
    })
    expect((await play.look()).value.active.wallTime).toBe('still')
    await play.send({ type: 'directive.pause' })
    await play.send({ type: 'directive.resume' })
    expect((await play.look('one-g1')).value).toBe('blocked')
    expect((await play.context()).openApproval).toBe('approval-2')
  })

  test('is retried: with another allowance of reworks, and the words of the person', async () => {
    const { play, mend } = await stuck()
    mend()
    await play.approve({ choice: 'retry', comment: 'the disk was full' })
    await play.until({ matches: 'completed' })
    expect((await play.look('one-g1/contract')).context).toMatchObject({
      attempt: 2,
      instructions: expect.stringContaining('the disk was full'),
    })
  })

  test('is skipped', async () => {
    const { play } = await stuck()
    await play.approve({ choice: 'skip' })
    await play.until({ matches: 'completed' })
    expect((await play.context()).steps).toMatchObject({ one: { state: 'skipped' }, two: { state: 'passed' } })
  })

  test('is planned round', async () => {
    const { play } = await stuck()
    await play.approve({ choice: 'replan', chain: chainOf({ name: 'two' }) })
    await play.until({ matches: 'completed' })
    expect((await play.context()).chainGeneration).toBe(2)
  })

  test('ends the directive', async () => {
    const { play } = await stuck()
    await play.approve({ choice: 'stop', comment: 'no use' })
    expect((await play.context()).outcome).toEqual({ code: 'directive.stopped', reason: 'no use' })
  })

  test('is accepted as it is by a person with a reason', async () => {
    const { play } = await stuck()
    await play.send({ type: 'step.approve', reason: 'the verifier is wrong' }, 'one-g1')
    await play.until({ matches: { active: { work: 'awaitingCompletion' } } })
    expect((await play.look('approval-1')).value).toBe('withdrawn')
    expect((await play.context()).steps.one).toMatchObject({ state: 'passed' })
  })

  test('too many of them end the directive, which names them and their reasons', async () => {
    const chain = chainOf({ name: 'a', ...red }, { name: 'b', ...red })
    const play = await stage.play({ chain, limits: { maxReworkCycles: 0, maxFailedSteps: 1 } })
    await play.start()
    await play.until({ matches: 'failed' })
    const { outcome } = await play.context()
    expect(outcome!.code).toBe('steps.failed')
    expect(outcome!.reason).toMatch(
      /^steps were blocked 2 times, allowed are 1: a \(evaluation.red: .*b \(evaluation.red/,
    )
  })
})

test('steps that are blocked are counted over all plans', async () => {
  const play = await stage.play({ chain: one(red), limits: { maxReworkCycles: 0, maxFailedSteps: 1 } })
  await play.start()
  await play.until({ matches: { active: { work: 'stuck' } } })
  await play.approve({ choice: 'replan', chain: chainOf({ name: 'two', ...red }) })
  await play.until({ matches: 'failed' })
  expect(await play.context()).toMatchObject({
    chainGeneration: 2,
    blockedEntries: 2,
    outcome: { code: 'steps.failed' },
  })
})

describe('a red end', () => {
  /** The step is accepted although it is red, so the whole is. */
  const review = async () => {
    const play = await stage.play({ chain: one(red), limits: { maxReworkCycles: 0 } })
    await play.start()
    await play.untilStep('one', 'blocked')
    await play.send({ type: 'step.approve', reason: 'for now' }, 'one-g1')
    await play.until({ matches: { active: { work: 'awaitingCompletion' } } })
    return play
  }

  test('is a question with three answers, and accepting needs a reason', async () => {
    const play = await review()
    const { request } = (await play.look('approval-2')).context
    expect(request).toMatchObject({ type: 'completion_review', choices: ['replan', 'accept', 'stop'] })
    await play.approve({ choice: 'accept' })
    expect((await play.look()).value.active.work).toBe('awaitingCompletion')
    await play.approve({ choice: 'accept', comment: 'it is a draft' })
    await play.until({ matches: 'completed' })
    expect((await play.context()).outcome!.code).toBe('completed.with_reservations')
  })

  test('may be planned anew', async () => {
    const play = await review()
    await play.approve({ choice: 'replan', chain: chainOf({ name: 'other', contract: noop, verifiers: [passing] }) })
    await play.until({ matches: 'completed' })
    expect((await play.context()).outcome!.code).toBe('completed')
  })

  test('may be stopped, or denied', async () => {
    const stopped = await review()
    await stopped.approve({ choice: 'stop', comment: 'no use' })
    expect((await stopped.context()).outcome!.code).toBe('directive.stopped')
    const denied = await review()
    await denied.answer('deny')
    expect((await denied.context()).outcome!.code).toBe('completion.denied')
  })
})
