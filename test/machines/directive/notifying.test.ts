import { createActor, fromPromise } from 'xstate'
import { afterEach, expect, test } from 'vitest'
import { machines, type Models, type NotifierInput } from '../../../machines/index.ts'
import { eventually } from '../../support/eventually.ts'
import { chain, createWorld, fair, file, step, type Activities, type World } from '../world.ts'

let world: World
afterEach(() => world?.close())

const notifications = [{ url: 'https://example.org/hook' }]
const limits = { maxReworkCycles: 0, maxTotalCostUsd: 1 }

const agent = { contract: { executor: { kind: 'model' } } } as never
const criterion = { id: 'AC1', text: 'it is good' }
const judged = { acceptanceCriteriaIds: ['AC1'] }

/** A directive with a courier beside it, as another root of the same XState system. */
function worldWithCourier(changes: object = {}, activities: Activities = {}, models: Partial<Models> = {}) {
  world = createWorld(file({ notifications, limits, ...changes }), activities, models)
  const told: NotifierInput[] = []
  const notifier = fromPromise(async ({ input }: any) => {
    told.push(input)
    return { outcome: 'sent', at: input.at, status: 200 }
  })
  const machine = machines.courier.machine.provide({ actors: { notifier } as never })
  const options = { input: { directiveId: 'd' }, systemId: '//courier.d/', parent: world.root }
  createActor(machine, options as never).start()
  return told
}

const typesOf = (told: NotifierInput[]) => told.map(({ event }) => event.type)

test('approvals and blocked steps are told from wherever they are, then the end', async () => {
  const told = worldWithCourier({}, { verifier: ({ verifier }) => ({ ...failing, name: verifier.name }) })
  world.send({ type: 'directive.start' })
  await world.until('active.work.stuck')
  expect(typesOf(told)).toEqual(['step.blocked', 'approval.required'])
  expect(told[0]).toMatchObject({ directive: { id: 'd', title: 'Fix it' }, event: { stepId: 'one-g1' } })
  expect(told[1]).toMatchObject({ event: { data: { approvalId: 'd:approval-1', type: 'chain_stuck' } } })
  world.send({ type: 'directive.stop', by: 'anna', reason: 'enough' })
  expect(typesOf(told).at(-1)).toBe('directive.failed')
  expect(told.at(-1)!.event.data.message).toBe('directive.stopped: enough')
})

const failing = {
  type: 'command',
  why: 'found',
  command: 'npm test',
  exitCode: 1,
  durationMs: 5,
  outputTail: 'expected 1, got 2',
  weight: 1,
  required: true,
  status: 'failed',
  score: 0,
}

test('an approval of a step is told', async () => {
  const told = worldWithCourier({ autonomy: 'manual' })
  world.send({ type: 'directive.start' })
  await world.until('planning.reviewing')
  world.approve('approval-1')
  await world.until('evaluating.awaitingApproval', 'one-g1')
  expect(told.map(({ event }) => event.data['type'])).toEqual(['plan_review', 'step_review'])
  expect(told[1]!.event).toMatchObject({ type: 'approval.required', stepId: 'one-g1' })
})

test('the circuit breaker and the completion are told', async () => {
  const usd = { model: 'm', tokens: { in: 1, out: 1, cached: 0, reasoning: 0 }, usd: 2, source: 'reported' }
  const told = worldWithCourier({}, { contractor: () => ({ ...delivery, costs: [usd] }) })
  world.send({ type: 'directive.start' })
  await world.until('paused.overLimit')
  expect(typesOf(told)).toEqual(['breaker.tripped', 'approval.required'])
  world.approve('approval-1', { limits: { maxTotalCostUsd: 100 } })
  await world.until('completed')
  expect(typesOf(told).at(-1)).toBe('directive.completed')
})

const delivery = {
  outcome: 'delivered',
  session: null,
  evidence: {
    commit: 'c',
    modifiedFiles: [],
    modifiedFilesOmitted: 0,
    diffStat: { files: 1, insertions: 1, deletions: 0 },
    summary: 'done',
    artifacts: [],
    logs: { path: null, bytes: 0, tail: '' },
  },
}

test.each([
  ['the planner', { chain: undefined }, 'plan'],
  ['an agent in its contract', { chain: chain(step('one', [], agent)) }, 'agent'],
  ['the judge of a step', { chain: chain(step('one', [], judged)), acceptanceCriteria: [criterion] }, 'judge'],
])('a question at a rate limit is told, also when %s meets it', async (_, changes, purpose) => {
  const limited = (input: any) =>
    input.purpose === purpose
      ? { outcome: 'limited', resetAt: 2_000_000_000_000, reason: '429', costs: [] }
      : fair['model']!(input, undefined as never)
  const told = worldWithCourier({ ...changes, model: { onRateLimit: 'ask' } }, { model: limited }, { judge: ['m'] })
  world.send({ type: 'directive.start' })
  await eventually(() => expect(told.map(({ event }) => event.data['type'])).toEqual(['rate_limited']))
})

test('nobody is told where nobody asked, and a system without a courier is no reason to fail', async () => {
  const told = worldWithCourier({ notifications: [] })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(told).toEqual([])
  world.close()

  world = createWorld(file({ notifications, autonomy: 'manual' }))
  world.send({ type: 'directive.start' })
  await world.until('planning.reviewing')
  world.send({ type: 'directive.stop', reason: '' })
  await world.until('failed')
})
