import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { chainOf, isThere, shell, useStage, waitFor } from './stage.ts'

const stage = useStage()

/** An agent that says what it cost: what a line prints in the form of one that is known. */
const costing = (usd: number | null, line = 'true') => {
  const result = { type: 'result', subtype: 'success', is_error: false, session_id: 's', result: 'Did it.' }
  const told = JSON.stringify(usd === null ? result : { ...result, total_cost_usd: usd })
  const argv = ['sh', '-c', `cat > /dev/null; ${line}; echo '${told}'`]
  return { executor: { kind: 'agent', preset: 'custom', output: 'stream-json', argv, maxCostUsd: usd ?? 1 } }
}

describe('the cost limit', () => {
  const spend = async (limits: object) => {
    const chain = chainOf(
      { name: 'dear', contract: costing(0.6) },
      { name: 'long', contract: shell(waitFor(stage.path('long-ends'))) },
      { name: 'next', dependsOn: ['dear'], contract: costing(0.3) },
    )
    const play = await stage.play({ chain, limits: { maxTotalCostUsd: 0.5, ...limits } })
    await play.start()
    return play
  }

  test('trips: nothing starts, what runs drains, a person is asked, and with more it goes on', async () => {
    const play = await spend({})
    await play.until({ matches: { paused: 'overLimit' } })
    expect((await play.told('breaker.tripped'))[0]!.data).toMatchObject({
      limit: 'cost',
      costUsd: 0.6,
      onLimit: 'pause',
    })
    const { request } = (await play.look('approval-1')).context
    expect(request).toMatchObject({ type: 'limit_exceeded', choices: ['raise'], facts: { limit: 'cost' } })
    expect(await play.context()).toMatchObject({ attention: { code: 'limit.cost_exceeded' } })
    stage.open('long-ends')
    await play.untilStep('long', 'passed')
    await play.untilStep('dear', 'passed')
    expect((await play.look('next-g1')).value).toBe('pending')
    await play.approve({})
    expect((await play.look()).value).toEqual({ paused: 'overLimit' })
    await play.approve({ limits: { maxTotalCostUsd: 2 } })
    await play.until({ matches: 'completed' })
    expect((await play.context()).totals).toMatchObject({ costUsd: 0.9, unknownCosts: 0 })
  })

  test('denied more, the directive fails', async () => {
    const play = await spend({})
    await play.until({ matches: { paused: 'overLimit' } })
    await play.answer('deny', { comment: 'too dear' })
    expect((await play.context()).outcome).toEqual({ code: 'limit.cost_exceeded', reason: 'too dear' })
  })

  test('with `onLimit: fail` fails at once', async () => {
    const play = await spend({ onLimit: 'fail' })
    await play.until({ matches: 'failed' })
    expect((await play.context()).outcome).toMatchObject({ code: 'limit.cost_exceeded' })
    expect(await play.told('approval.required')).toEqual([])
    expect((await play.context()).totals).toMatchObject({ costUsd: 0.6 })
  })

  test('stands in the ledger and can be read when it ends the directive', async () => {
    const play = await spend({ onLimit: 'fail' })
    await play.until({ matches: 'failed' })
    const ledger = await stage.runtime().list('cost', { systemId: play.id })
    expect(ledger.map(({ data }) => data.usd)).toEqual([0.6])
    expect((await play.told('cost.incurred')).map(({ data }) => data!['usd'])).toEqual([0.6])
    expect(await play.look('dear-g1/contract')).toMatchObject({
      value: 'delivered',
      status: 'stopped',
      context: { ledger: [{ usd: 0.6 }] },
    })
  })
})

describe('what a command says it has spent', () => {
  const spending = (usd: number) => `echo '{"usd":${usd},"model":"m","note":"asked"}' >> $ADJUTANT_OUTBOX/costs.jsonl`

  test('counts while it still works, trips the limit, and counts once', async () => {
    const chain = chainOf(
      { name: 'dear', contract: shell(`${spending(0.4)}; ${spending(0.2)}; ${waitFor(stage.path('dear-ends'))}`) },
      { name: 'next', dependsOn: ['dear'], contract: shell(spending(0.3)) },
    )
    const play = await stage.play({ chain, limits: { maxTotalCostUsd: 0.5 } })
    await play.start()
    await play.until({ matches: { paused: 'overLimit' } })
    expect((await play.look('dear-g1')).value).toBe('running')
    expect((await play.context()).totals).toMatchObject({ costUsd: 0.6, unknownCosts: 0 })
    stage.open('dear-ends')
    await play.untilStep('dear', 'passed')
    expect((await play.look('next-g1')).value).toBe('pending')
    await play.approve({ limits: { maxTotalCostUsd: 2 } })
    await play.until({ matches: 'completed' })
    expect((await play.context()).totals).toMatchObject({ costUsd: 0.9, unknownCosts: 0 })
    expect((await play.look('dear-g1/contract')).context.ledger).toMatchObject([
      { usd: 0.4, model: 'm', source: 'reported', note: 'asked', attempt: 1 },
      { usd: 0.2 },
    ])
  })

  test('counts of attempts that fail, too; what is not understood is unknown and says why', async () => {
    const chain = chainOf({
      name: 'bad',
      contract: shell(`echo '{"cost":1}' > $ADJUTANT_OUTBOX/costs.jsonl; ${spending(0.1)}; exit 1`),
    })
    const play = await stage.play({ chain, limits: { maxReworkCycles: 1 } })
    await play.start()
    await play.untilStep('bad', 'blocked')
    expect((await play.context()).totals).toMatchObject({ costUsd: 0.2, unknownCosts: 2 })
    const messages = (await play.told('cost.incurred')).map(({ data }) => data['message'])
    expect(messages[0]).toMatch(/^an unknown amount for contractor of bad: costs.jsonl, line 1: /)
  })
})

test('a cost nobody knows is counted as unknown, not as nothing, and the ledger says who, when and by which count', async () => {
  const play = await stage.play({ chain: chainOf({ name: 'one', contract: costing(null) }) })
  await play.start()
  await play.until({ matches: 'completed' })
  expect((await play.context()).totals).toMatchObject({ costUsd: 0, unknownCosts: 1 })
  expect((await play.look('one-g1/contract')).context.ledger).toMatchObject([
    {
      directive: play.id,
      step: 'one',
      activity: 'contractor',
      attempt: 1,
      usd: null,
      source: 'unknown',
      tokens: { in: 0 },
    },
  ])
  expect(await play.told('cost.incurred')).toMatchObject([{ actor: { type: 'agent' }, data: { usd: null } }])
})

describe('the wall time limit', () => {
  const slow = (limits: object) =>
    stage.play({
      chain: chainOf({ name: 'slow', contract: shell(waitFor(stage.path('slow-ends'))) }),
      limits: { maxWallTimeMinutes: 0.01, ...limits },
    })

  test('trips, lets drain what runs, and with more time goes on', async () => {
    const play = await slow({})
    await play.start()
    await play.until({ matches: { paused: 'overLimit' } })
    expect((await play.told('breaker.tripped'))[0]!.data).toMatchObject({ limit: 'wall_time', wallTimeMs: 600 })
    expect((await play.look('slow-g1')).value).toBe('running')
    await play.approve({ limits: { maxWallTimeMinutes: 10 } })
    expect((await play.look('slow-g1')).value).toBe('running')
    stage.open('slow-ends')
    await play.until({ matches: 'completed' })
  })

  test('with `onLimit: fail` fails at once, and what ran is gone', async () => {
    const pid = stage.path('pid')
    const play = await stage.play({
      chain: chainOf({ name: 'slow', contract: shell(`echo $$ > ${pid}.part; mv ${pid}.part ${pid}; exec sleep 600`) }),
      limits: { maxWallTimeMinutes: 10, onLimit: 'fail' },
    })
    await play.start()
    await eventually(() => expect(isThere(pid)).toBe(true), 60_000)
    // A pause ends the span that counts: ten minutes but for a moment.
    const nearly = (await play.context()).runningSince! + 10 * 60_000 - 50
    await play.send({ type: 'directive.pause', at: nearly })
    await play.send({ type: 'directive.resume', at: nearly })
    await play.until({ matches: 'failed' })
    expect((await play.context()).outcome).toMatchObject({ code: 'limit.wall_time_exceeded' })
    expect((await play.look('slow-g1/contract')).value).toBe('cancelled')
    const number = Number(readFileSync(pid, 'utf8'))
    await eventually(() => expect(isThere(`/proc/${number}/fd`)).toBe(false))
  })
})

describe('an attempt', () => {
  const instructed = async (contract: object, limits: object = {}) => {
    const play = await stage.play({
      chain: chainOf({ name: 'one', contract }),
      limits: { maxReworkCycles: 1, ...limits },
    })
    await play.start()
    return play
  }

  test('that fails is red with its error as the reason, and reworked until there is none left', async () => {
    const play = await instructed(shell('echo boom; exit 3'))
    await play.untilStep('one', 'blocked')
    const { context } = await play.look('one-g1')
    expect(context).toMatchObject({
      reworkCount: 1,
      blocked: { code: 'executor.exited' },
      evaluation: { level: 'red', caps: ['executor.exited'], programmatic: [] },
    })
    expect(context.evaluation.reworkInstructions).toMatch(/^This is the same failure as last time[^]*boom/)
    expect((await play.look('one-g1/contract')).value).toBe('failed')
  })

  test('that takes longer than a step may is ended', async () => {
    const play = await instructed(shell('sleep 600'), { stepTimeoutMinutes: 0.01, maxReworkCycles: 0 })
    await play.untilStep('one', 'blocked')
    expect((await play.look('one-g1')).context.blocked.code).toBe('executor.timed_out')
  })

  test('that is silent for longer than its executor may be is ended', async () => {
    const play = await instructed(shell('sleep 600', { idleSeconds: 0.5 }), { maxReworkCycles: 0 })
    await play.untilStep('one', 'blocked')
    expect((await play.look('one-g1')).context.blocked.code).toBe('executor.idle')
  })

  test('tells its phase and its progress, and a rework begins at the first phase again', async () => {
    const play = await instructed(
      shell(
        `echo halfway; echo verify > "$ADJUTANT_OUTBOX/phase"; [ "$ADJUTANT_ATTEMPT" = 2 ] && ${waitFor(stage.path('looked'))}; exit $((2 - $ADJUTANT_ATTEMPT))`,
      ),
    )
    await play.untilStep('one', 'running')
    await eventually(async () => expect((await play.look('one-g1/contract')).context.attempt).toBe(2))
    await eventually(async () => expect((await play.look('one-g1/contract')).context.phase).toBe('verify'))
    stage.open('looked')
    await play.until({ matches: 'completed' })
    const phases = (await play.told('contract.progress')).map(({ data }) => [data.attempt, data.phase, data.message])
    expect(phases).toContainEqual([1, 'verify', 'phase verify'])
    expect(phases).toContainEqual([2, 'execute', 'phase execute'])
    expect(phases).toContainEqual([2, 'verify', 'halfway'])
  })

  test('finds what it is to do in a file, and leaves what it made in its outbox', async () => {
    const line =
      'cp "$ADJUTANT_CONTRACT_FILE" "$ADJUTANT_OUTBOX/seen.json"; echo In short. > "$ADJUTANT_OUTBOX/summary.md"'
    const play = await stage.play({
      chain: chainOf({ name: 'one', taskPlan: 'first this', acceptanceCriteriaIds: ['AC1'], contract: shell(line) }),
      acceptanceCriteria: [{ id: 'AC1', text: 'it is done' }],
      autonomy: 'full_auto',
    })
    await play.start()
    await play.until({ matches: 'completed' })
    const { evidence, terms } = (await play.look('one-g1/contract')).context
    expect(terms.name).toBe('Try - one')
    expect(evidence).toMatchObject({ summary: 'In short.', artifacts: [{ name: 'seen.json' }] })
    expect(JSON.parse(readFileSync(evidence.artifacts[0].path, 'utf8'))).toMatchObject({
      plan: 'does one\n\nfirst this',
      acceptanceCriteria: [{ id: 'AC1' }],
      attempt: 1,
      phase: 'plan',
      instructions: null,
    })
  })
})
