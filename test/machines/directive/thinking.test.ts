import { afterEach, describe, expect, test } from 'vitest'
import {
  createWorld,
  delivered,
  file,
  gate,
  judged,
  planned,
  said,
  verified,
  type Activities,
  type World,
} from '../world.ts'

let world: World
afterEach(() => world.close())

const criterion = { id: 'AC1', text: 'it works' }
/** Only a goal; who plans and who judges are models. */
const goal = (changes: object = {}) => file({ chain: undefined, acceptanceCriteria: [criterion], ...changes })
const judges = { judge: ['j'] }
const begin = (changes: object = {}, activities: Activities = {}, models: object = {}) => {
  world = createWorld(goal(changes), activities, models)
  world.send({ type: 'directive.start' })
}
const briefs = (purpose: string) => world.called('briefer').filter((brief) => brief.purpose === purpose)
const calls = (purpose: string) => world.called('model').filter((call) => call.purpose === purpose)
/** A model that answers plans and judgements each in its turn, the last one again and again. */
const replies = (plans: unknown[], judgements: unknown[] = [said(judged({ AC1: 'met' }))]): Activities => ({
  model: ({ purpose }) => {
    const turn = calls(purpose).length - 1
    const list = purpose === 'plan' ? plans : judgements
    return list[Math.min(turn, list.length - 1)]
  },
})

describe('a goal is enough', () => {
  test('a model plans it, a model judges every step and the whole, and every call is in the ledger', async () => {
    begin({}, replies([said(planned(['one', 'two']))]), judges)
    await world.until('completed')
    expect(world.context().outcome!.code).toBe('completed')
    expect(world.context().ledger.map(({ activity, step, usd }) => [activity, step, usd])).toEqual([
      ['planner', null, 0.01],
      ['judge', null, 0.01],
    ])
    expect(world.snapshotAt('one-g1').context.ledger).toMatchObject([{ activity: 'judge', step: 'one', usd: 0.01 }])
    expect(world.context().totals.costUsd).toBe(0.04)
    expect(world.context().budget).toEqual({ granted: [], waiting: [] })
    expect(world.context().review.evaluation).toMatchObject({ level: 'green', judgeModel: 'm-1' })
    expect(world.snapshotAt('chain.1').context).toMatchObject({
      source: 'model',
      rationale: 'so it goes',
      planningModel: 'm-1',
    })
  })

  test('the planner is told what is wanted, and what there is to work with', async () => {
    begin({ executor: { kind: 'noop' }, limits: { maxTotalCostUsd: 9 } })
    await world.until('completed')
    expect(briefs('plan')[0]).toMatchObject({
      models: ['m'],
      goal: 'it works',
      acceptanceCriteria: [criterion],
      limits: { maxTotalCostUsd: 9 },
      executor: { kind: 'noop' },
      agentModels: ['m'],
      generation: 1,
      before: null,
      proposal: null,
    })
  })

  test('a cyclic proposal is mended in the same conversation', async () => {
    const cyclic = planned(['one', 'two'])
    cyclic.steps[0]!.dependsOn = ['two']
    begin({}, replies([said(cyclic), said(planned(['one', 'two']))]))
    await world.until('completed')
    expect(calls('plan').map(({ append }) => append.length)).toEqual([0, 2])
    expect(briefs('plan')).toHaveLength(1)
    expect(world.context().chainGeneration).toBe(1)
  })

  test('also without a repository, where a judge sees what each step left', async () => {
    begin({ repository: undefined }, replies([said(planned(['one'], { verifiers: [] }))]), judges)
    await world.until('active')
    await world.until('evaluating.awaitingApproval', 'one-g1')
    expect(briefs('plan')[0]).toMatchObject({ repository: null })
    expect(briefs('judge')[0]).toMatchObject({ subject: { repository: null, commit: 'c-one-1', path: '/w/one' } })
    expect(world.snapshotAt('one-g1').context.evaluation).toMatchObject({ level: 'yellow', score: 1 })
  })

  test('without a model to plan it pauses and says so', () => {
    begin({}, {}, { planner: [] })
    expect(world.value()).toEqual({ paused: 'held' })
    expect(world.context().attention).toMatchObject({
      code: 'planning.failed',
      reason: expect.stringContaining('no model is configured'),
    })
  })
})

describe('a planner that fails', () => {
  test('pauses the directive; resume asks again', async () => {
    begin(
      {},
      replies([{ outcome: 'failed', code: 'model.unauthorized', reason: 'no key', costs: [] }, said(planned(['one']))]),
    )
    await world.until('paused.held')
    expect(world.context().attention!.reason).toBe('model.unauthorized: m: no key')
    world.send({ type: 'directive.resume' })
    await world.until('completed')
    expect(world.context().ledger[0]).toMatchObject({ activity: 'planner', attempt: 2 })
  })

  test('by breaking pauses it too', async () => {
    let first = true
    begin(
      {},
      {
        briefer: () => {
          const prices = first ? null : {}
          first = false
          return {
            conversation: {},
            prompt: {},
            tokens: 1,
            prices,
            citable: {},
            menu: { executors: {}, verifiers: [] },
          }
        },
      },
    )
    await world.until('paused.held')
    expect(world.context().attention!.code).toBe('planning.failed')
  })
})

describe('a person who reviews the plan', () => {
  const review = async (round: number) => {
    await world.until((snapshot) => snapshot.context.openApproval === `approval-${round}`)
  }

  test('sees what changes against the plan before, and who made it', async () => {
    begin({ autonomy: 'manual' })
    await review(1)
    expect(world.snapshotAt('approval-1').context.request.facts).toMatchObject({
      source: 'model',
      planningModel: 'm-1',
      rationale: 'so it goes',
      difference: null,
    })
  })

  test('gets another plan for the words that send it back, which the model sees with its own plan', async () => {
    begin({ autonomy: 'manual' }, replies([said(planned(['one'])), said(planned(['one', 'two']))]))
    await review(1)
    world.send({ type: 'approval.request_changes', by: 'anna', comment: 'split it' }, 'approval-1')
    await review(2)
    expect(briefs('plan')[1]).toMatchObject({ feedback: ['split it'], proposal: { steps: [{ name: 'one' }] } })
    expect(world.context().planning.proposal!.steps).toHaveLength(2)
    world.approve('approval-2', { chain: world.context().planning.proposal })
    await world.until('active')
    expect(world.snapshotAt('chain.1').context).toMatchObject({ source: 'file', definition: { steps: [{}, {}] } })
  })

  test('who sends back a chain of their own gets one by the model', async () => {
    begin({ autonomy: 'manual' })
    await review(1)
    world.approve('approval-1')
    const { definition } = world.snapshotAt('chain.1').context
    const contract = { executor: { kind: 'agent', preset: 'codex' } }
    const own = { name: 'own', steps: [{ ...definition.steps[0], contract }] }
    world.send({ type: 'directive.replan', reason: 'mine', chain: own })
    await review(2)
    world.send({ type: 'approval.request_changes', by: 'anna', comment: 'yours after all' }, 'approval-2')
    await review(3)
    expect(world.snapshotAt('approval-2').context.request.facts.steps).toMatchObject([{ executor: 'codex' }])
    expect(briefs('plan')[1]).toMatchObject({ before: { name: 'plan' }, proposal: { name: 'own' }, generation: 2 })
  })
})

describe('another plan', () => {
  const redOnce = () => {
    const seen = new Set<string>()
    return ({ verifier, step, subject }: any) => {
      const failing = step === 'two' && !subject.commit?.startsWith('c-three')
      seen.add(step)
      return verified(verifier, failing ? 'failed' : 'passed')
    }
  }

  test('keeps what has passed, and its planner knows what failed and why', async () => {
    const second = planned(['one', 'three'])
    Object.assign(second.steps[0]!, { description: 'do one, in other words', carryOver: true })
    begin(
      { limits: { maxReworkCycles: 0 } },
      { ...replies([said(planned(['one', 'two'])), said(second)]), verifier: redOnce() },
    )
    await world.until('completed')
    expect(briefs('plan')[1]).toMatchObject({
      generation: 2,
      reason: expect.stringContaining('two: evaluation.red'),
      passedSteps: [{ name: 'one', summary: 'done' }],
      failingStep: { name: 'two', instructions: expect.stringContaining('npm test') },
      before: { steps: [{ name: 'one' }, { name: 'two' }] },
    })
    expect(world.called('contractor').map(({ contract }) => contract.step)).toEqual(['one', 'two', 'three'])
    expect(world.snapshotAt('chain.2').context).toMatchObject({
      carriedOver: ['one'],
      difference: { added: ['three'], removed: ['two'], changed: ['one'], unchanged: [] },
    })
    expect(world.types('chain.regenerated')[0]!.data).toMatchObject({
      carriedOver: 1,
      difference: { added: ['three'] },
    })
    expect(world.snapshotAt('chain.1').value).toBe('superseded')
  })

  test('is made when the final review is red, for the criteria it found unmet', async () => {
    const judgements = [said(judged({ AC1: 'unmet' })), said(judged({ AC1: 'met' }))]
    begin({}, replies([said(planned(['one'], { acceptanceCriteriaIds: [] }))], judgements), judges)
    await world.until('completed')
    expect(world.context().chainGeneration).toBe(2)
    expect(briefs('plan')[1].failingStep).toMatchObject({
      name: 'final review',
      instructions: expect.stringContaining('AC1 is unmet'),
    })
    expect(briefs('judge')).toMatchObject([{ step: null, criteria: [{ id: 'AC1' }], baseCommit: null }, {}])
  })
})

describe('the judge of the final review', () => {
  const whole = { acceptanceCriteriaIds: [] }
  const plans = [said(planned(['one'], whole))]

  test('is not asked what commands decide, nor when a required one failed', async () => {
    begin({ acceptanceCriteria: [{ ...criterion, verify: ['check'] }] }, replies(plans), judges)
    await world.until('completed')
    expect(briefs('judge')).toEqual([])
    world.close()
    const failing = ({ verifier, step }: any) => verified(verifier, step === null ? 'failed' : 'passed')
    begin({ limits: { maxChainRegenerations: 0 } }, { ...replies(plans), verifier: failing }, judges)
    await world.until('active.work.awaitingCompletion')
    expect(briefs('judge')).toEqual([])
    expect(world.context().review.evaluation!.criteria[0]!.why).toContain('no judge was asked')
  })

  test('that fails makes nothing green, and is named as the reason', async () => {
    const failed = { outcome: 'failed', code: 'model.quota_exceeded', reason: 'nothing left', costs: [] }
    begin({}, replies(plans, [failed]), judges)
    await world.until('active.work.awaitingCompletion')
    expect(world.context().review.evaluation).toMatchObject({ level: 'yellow', caps: ['judge.failed'], judge: [] })
    expect(world.types('approval.required')[0]!.data.message).toContain('nothing left')
  })

  test('that breaks is one that failed', async () => {
    const briefer = (input: any) =>
      input.purpose === 'judge' ? { ...fairBrief, prices: null } : { ...fairBrief, prices: { m: null } }
    begin({}, { ...replies(plans), briefer }, judges)
    await world.until('active.work.awaitingCompletion')
    expect(world.context().review.evaluation!.caps).toEqual(['judge.failed'])
  })

  test('goes on while the directive is paused, and is not asked again', async () => {
    const answer = gate()
    begin(
      {},
      {
        model: async ({ purpose }) => {
          if (purpose === 'judge') await answer.passed
          return purpose === 'plan' ? plans[0] : said(judged({ AC1: 'met' }))
        },
      },
      judges,
    )
    await world.until('active.work.reviewing.judging')
    await world.until((snapshot) => snapshot.context.budget.granted.length === 1)
    world.send({ type: 'directive.pause', mode: 'drain' })
    expect(world.value()).toEqual({ paused: 'held' })
    answer.open()
    await world.until((snapshot) => snapshot.context.review.judgement !== null)
    world.send({ type: 'directive.resume' })
    await world.until('completed')
    expect(calls('judge')).toHaveLength(1)
  })

  test('resumed before it has answered it is waited for', async () => {
    const answer = gate()
    begin(
      {},
      {
        model: async ({ purpose }) => {
          if (purpose === 'judge') await answer.passed
          return purpose === 'plan' ? plans[0] : said(judged({ AC1: 'met' }))
        },
      },
      judges,
    )
    await world.until('active.work.reviewing.judging')
    world.send({ type: 'directive.pause', mode: 'drain' })
    world.send({ type: 'directive.resume' })
    answer.open()
    await world.until('completed')
    expect(calls('judge')).toHaveLength(1)
  })

  test('is stopped by another plan, and the call under way is booked as what was reserved', async () => {
    const never = gate()
    begin({}, { model: ({ purpose }) => (purpose === 'plan' ? plans[0] : never.passed) }, judges)
    await world.until((snapshot) => snapshot.context.budget.granted.some(({ activity }: any) => activity === 'judge'))
    world.send({ type: 'directive.replan', reason: 'better' })
    await world.until('active.work.reviewing.judging')
    expect(world.context().ledger.filter(({ source }: any) => source === 'estimated')).not.toEqual([])
    expect(world.context().totals.unknownCosts).toBe(0)
    expect(world.context().chainGeneration).toBe(2)
    expect(briefs('plan')[1].reason).toBe('better')
  })
})

const fairBrief = {
  conversation: { sha256: 'a'.repeat(64), bytes: 1 },
  prompt: { name: 'plan', version: '1' },
  tokens: 1,
  citable: {},
  menu: { executors: { model: { kind: 'command', argv: ['true'] } }, verifiers: [] },
}

describe('a budget that is used up while a model plans', () => {
  // The first answer costs more than all there is, and has to be mended.
  const dear = [said('no plan', 0.05), said(planned(['one']))]

  test('pauses with the planner kept, which goes on where it was once there is more', async () => {
    begin({ limits: { maxTotalCostUsd: 0.04 } }, replies(dear))
    await world.until('paused.overLimit')
    expect(calls('plan')).toHaveLength(1)
    expect(world.types('breaker.tripped')).toHaveLength(1)
    world.approve('approval-1', { limits: { maxTotalCostUsd: 9 } })
    await world.until('completed')
    expect(briefs('plan')).toHaveLength(1)
    expect(calls('plan').map(({ append }) => append.length)).toEqual([0, 2])
  })

  test('while steps of the plan before wait for money does not stop the planner, whose call is paid', async () => {
    const [plan, work] = [gate(), gate()]
    begin(
      { limits: { maxTotalCostUsd: 0.05 } },
      {
        model: async ({ purpose }) => {
          if (purpose === 'judge') return said(judged({ AC1: 'met' }))
          if (calls('plan').length === 1) return said(planned(['one']))
          await plan.passed
          return said(planned(['other'], { acceptanceCriteriaIds: [] }))
        },
        contractor: async ({ contract }) => {
          if (contract.step === 'one') await work.passed
          return delivered('c')
        },
      },
      judges,
    )
    await world.until('active')
    await world.until('working.executing', 'one-g1/contract')
    world.send({ type: 'directive.replan', reason: 'better' })
    await world.until((snapshot) => snapshot.context.budget.granted.length === 1)
    const costs = [{ model: null, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: 9, source: 'reported' }]
    world.send({ type: 'step.spent', costs, settled: null })
    work.open()
    await world.until((snapshot) => snapshot.context.budget.waiting.length === 1)
    expect(world.value()).toEqual({ planning: 'thinking' })
    plan.open()
    await world.until('paused.overLimit')
    expect(Object.keys(world.context().steps)).toEqual(['other'])
    expect(world.context().budget).toEqual({ granted: [], waiting: [] })
    world.approve('approval-1', { limits: { maxTotalCostUsd: 99 } })
    await world.until('completed')
    expect(calls('plan')).toHaveLength(2)
  })

  test('a start from there plans anew, without the planner that waits', async () => {
    begin({ limits: { maxTotalCostUsd: 0.04 } }, replies(dear))
    await world.until('paused.overLimit')
    world.send({ type: 'directive.start' })
    await world.until((snapshot) => snapshot.context.openApproval === 'approval-2')
    expect(briefs('plan')).toHaveLength(2)
    expect(world.context().budget.waiting).toHaveLength(1)
  })

  test('fails the directive where that is asked for', async () => {
    begin({ limits: { maxTotalCostUsd: 0.04, onLimit: 'fail' } }, replies(dear))
    await world.until('failed')
    expect(world.context().outcome!.code).toBe('limit.cost_exceeded')
  })
})
