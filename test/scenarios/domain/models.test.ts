// What a model may do to a directive, and how often: with a provider that says what it is scripted to say.
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { Reply, ScriptedRequest } from '../../support/scripted-provider.ts'
import { asked, deliver, git, plan, plannedStep } from '../../support/thinking.ts'
import { chainOf, useStage, waitFor } from './stage.ts'

const stage = useStage()

/** The goal tells the conversations of one directive from all others. */
let goals = 0
const scripted = (replies: Reply[]) => {
  const goal = `goal number ${++goals}.`
  const plans = (request: ScriptedRequest) => asked.plan(request) && request.text.includes(goal)
  stage.provider.on(plans, replies)
  return { goal, requests: () => stage.provider.requests.filter(plans) }
}

const criterion = (id: string, file: string) => ({ id, text: `${file} is there`, verify: ['test', '-e', file] })
const step = (name: string, more: object = {}) =>
  plannedStep(name, { executor: 'given', requirementIds: [], acceptanceCriteriaIds: [], verifiers: [], ...more })

const executor = { kind: 'command', argv: ['true'] }
const failing = { kind: 'command', argv: ['false'] }
/** Makes a file of the name of its branch. */
const making = { kind: 'command', shell: 'touch "$(basename "$(git branch --show-current)")"' }

const planned = (file: object) =>
  stage.play({ model: { planner: 'planner' }, autonomy: 'full_auto', executor, ...file })

describe('a plan of a model', () => {
  test('whose end is red is followed by another one, which knows why, as often as allowed; then a person is asked', async () => {
    const path = stage.repository()
    const { goal, requests } = scripted([plan(step('one')), plan({ ...step('one'), carryOver: true }, step('two'))])
    const play = await planned({
      goal,
      executor: making,
      repository: { path },
      acceptanceCriteria: [criterion('AC1', 'two-g2'), criterion('AC2', 'three-g3')],
      limits: { maxChainRegenerations: 1 },
    })
    await play.start()
    await play.until({ matches: { active: { work: 'awaitingCompletion' } } })
    expect(requests()).toHaveLength(2)
    expect(requests()[1]!.text).toMatch(/step="final review"[^]*Acceptance criterion AC1 is unmet/)
    const { chainGeneration, steps, review } = await play.context()
    expect(chainGeneration).toBe(2)
    expect(Object.keys(steps)).toEqual(['one', 'two'])
    expect(review.evaluation!.criteria.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['AC1', 'met'],
      ['AC2', 'unmet'],
    ])
    expect((await play.look('chain.2')).context.carriedOver).toEqual(['one'])
    expect((await play.look('approval-1')).context.request).toMatchObject({
      type: 'completion_review',
      choices: ['replan', 'accept', 'stop'],
    })
    expect(git(path, 'ls-tree', '--name-only', `adjutant/${play.id}/result`)).toContain('two-g2')
  })

  test('is made anew as often as allowed when a step stays red, the first one not counted', async () => {
    for (const [allowed, generations] of [
      [1, 2],
      [0, 1],
    ]) {
      const { goal, requests } = scripted([plan(step('one')), plan(step('another'))])
      const limits = { maxChainRegenerations: allowed, maxReworkCycles: 0 }
      const play = await planned({ goal, limits, executor: failing })
      await play.start()
      await play.until({ matches: { active: { work: 'stuck' } } })
      expect((await play.context()).chainGeneration).toBe(generations)
      expect(requests()).toHaveLength(generations!)
      expect((await play.told('chain.regenerated')).map(({ data }) => data.generation)).toEqual(allowed ? [2] : [])
      expect((await play.look('approval-1')).context.request.type).toBe('chain_stuck')
    }
  })

  test('is not made anew in manual: who wants to be asked is asked', async () => {
    const { goal, requests } = scripted([plan(step('one')), plan(step('another'))])
    const play = await planned({ goal, autonomy: 'manual', limits: { maxReworkCycles: 0 }, executor: failing })
    await play.start()
    await play.until({ matches: { planning: 'reviewing' } })
    await play.approve()
    await play.until({ matches: { active: { work: 'stuck' } } })
    expect(requests()).toHaveLength(1)
    expect((await play.told('approval.required')).map(({ data }) => data.type)).toEqual(['plan_review', 'chain_stuck'])
  })

  test('goes back with what is wrong with it, at most twice', async () => {
    const cyclic = plan(step('one', { dependsOn: ['two'] }), step('two', { dependsOn: ['one'] }))
    const unknown = plan(step('one', { dependsOn: ['none'] }))
    const mended = scripted([cyclic, unknown, plan(step('one'))])
    const play = await planned({ goal: mended.goal })
    await play.start()
    await play.until({ matches: 'completed' })
    expect(mended.requests()).toHaveLength(3)
    expect(mended.requests()[1]!.text).toContain('one -> two -> one')
    expect(mended.requests()[2]!.text).toContain('none')
    expect((await play.context()).chainGeneration).toBe(1)

    const never = scripted([cyclic, unknown, cyclic, plan(step('one'))])
    const given = await planned({ goal: never.goal })
    await given.start()
    await given.until({ tag: 'paused' })
    expect(never.requests()).toHaveLength(3)
    expect(await given.context()).toMatchObject({
      chainGeneration: 0,
      attention: { code: 'planning.failed', reason: expect.stringContaining('one -> two -> one') },
    })
  })

  test('that cannot be had pauses the directive, and resumed it is asked for again', async () => {
    const { goal, requests } = scripted([{ status: 401, message: 'no such key' }, plan(step('one'))])
    const play = await planned({ goal })
    await play.start()
    await play.until({ tag: 'paused' })
    expect(await play.context()).toMatchObject({
      chainGeneration: 0,
      attention: { code: 'planning.failed', reason: expect.stringContaining('no such key') },
    })
    await play.send({ type: 'directive.resume' })
    await play.until({ matches: 'completed' })
    expect(requests()).toHaveLength(2)
  })

  test('has at most 200 steps', async () => {
    const steps = (count: number) => [
      step('first'),
      ...Array.from({ length: count - 1 }, (_, n) => step(`later-${n}`, { dependsOn: ['first'] })),
    ]
    const { goal, requests } = scripted([plan(...steps(201)), plan(...steps(200))])
    const never = { kind: 'command', shell: waitFor(stage.path('never')) }
    const play = await planned({ goal, executor: never })
    await play.start()
    await play.until({ matches: 'active' })
    expect(requests()).toHaveLength(2)
    expect(requests()[1]!.text).toMatch(/201 steps[^]*200/)
    expect(Object.keys((await play.context()).steps)).toHaveLength(200)
    await play.send({ type: 'directive.stop', reason: 'seen' })
  })
})

describe('while a person is asked about a rate limit', () => {
  const hour = 3_600_000
  const limited = { status: 429, headers: { 'retry-after': '3600' } }
  const asking = (play: Awaited<ReturnType<typeof stage.play>>, address: string) =>
    eventually(async () => expect((await play.look(address))?.value).toBe('asking'), 60_000)

  test('the planner costs no wall time', async () => {
    const { goal } = scripted([limited, plan(step('one'))])
    const play = await planned({ goal, model: { planner: ['planner-a', 'planner-b'], onRateLimit: 'ask' } })
    await play.start()
    await asking(play, 'planner/completion')
    const { runningSince, totals } = await play.context()
    expect(runningSince).toBeNull()
    await play.approve({ choice: 'next_model', at: Date.now() + hour }, 'planner/completion')
    await play.until({ matches: 'completed' })
    expect((await play.context()).totals.wallTimeMs).toBe(totals.wallTimeMs)
  })

  test('a step holds no slot, and costs no wall time', async () => {
    const description = 'to be thought about at length'
    const agents = (request: ScriptedRequest) => asked.agent(request) && request.text.includes(description)
    stage.provider.on(agents, [limited, deliver()])
    const contract = { executor: { kind: 'model' } }
    const play = await stage.play({
      chain: chainOf({ name: 'thinks', description, contract }, { name: 'other' }),
      limits: { maxParallelSteps: 1 },
      model: { agent: ['agent-a', 'agent-b'], onRateLimit: 'ask' },
    })
    await play.start()
    await asking(play, 'thinks-g1/contract/agent/completion')
    await play.untilStep('other', 'passed')
    expect((await play.context()).runningSince).toBeNull()
    const { wallTimeMs } = (await play.context()).totals
    await play.approve({ choice: 'next_model', at: Date.now() + hour }, 'thinks-g1/contract/agent/completion')
    await play.until({ matches: 'completed' })
    expect((await play.context()).totals.wallTimeMs).toBe(wallTimeMs)
  })
})
