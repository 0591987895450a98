import { createActor, SimulatedClock } from 'xstate'
import { expect, test } from 'vitest'
import { approvalRefusal, type ApprovalRequest, machines } from '../../../machines/index.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { chain, step } from '../world.ts'

const { machine } = machines.approval

const request = (changes: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: 'd:approval-1',
  type: 'step_review',
  question: 'May it?',
  facts: {},
  choices: ['accept'],
  choicesWithChain: [],
  choicesWithReason: [],
  allowsChanges: true,
  urgency: 'low',
  requestedAt: 1000,
  expiresAt: null,
  executors: ['agent-7'],
  ...changes,
})

const approve = { type: 'approval.approve', by: 'anna', at: 2000 } as const
const events = [
  approve,
  { type: 'approval.approve', by: 'agent-7' },
  { type: 'approval.request_changes', by: 'anna', comment: 'shorter' },
  { type: 'approval.deny', by: 'anna' },
  { type: 'approval.withdraw', at: 3000 },
  { type: 'xstate.after.expiry.approval.pending.dated' },
]

test('every state can be reached', () => {
  const key = () => null
  const explorations = [request(), request({ expiresAt: 5000 })].map((input) => ({ input, events, key }))
  expect(reachedStates(machine, explorations).missing).toEqual([])
  expect(waysToFinalStates(machine, explorations[1]!)).toEqual({
    approved: ['approval.approve'],
    changes_requested: ['approval.request_changes'],
    denied: ['approval.deny'],
    expired: ['xstate.after.expiry.approval.pending.dated'],
    withdrawn: ['approval.withdraw'],
  })
})

test('the first answer stays, a second one changes nothing', () => {
  const actor = createActor(machine, { input: request() }).start()
  actor.send({ ...approve, comment: 'fine' })
  actor.send({ type: 'approval.deny', by: 'bob' })
  expect(actor.getSnapshot()).toMatchObject({
    value: 'approved',
    context: {
      answer: { decision: 'approved', choice: 'accept', respondedBy: 'anna', comment: 'fine', resolvedAt: 2000 },
    },
  })
})

test('whoever executed the contract cannot answer', () => {
  const actor = createActor(machine, { input: request() }).start()
  for (const type of ['approval.approve', 'approval.deny'] as const) actor.send({ type, by: 'agent-7' })
  actor.send({ type: 'approval.request_changes', by: 'agent-7', comment: 'x' })
  expect(actor.getSnapshot().matches('pending')).toBe(true)
})

test('expiry denies at the instant it was due', () => {
  const clock = new SimulatedClock()
  const actor = createActor(machine, { clock, input: request({ expiresAt: 6000 }) }).start()
  clock.increment(4999)
  expect(actor.getSnapshot().value).toEqual({ pending: 'dated' })
  clock.increment(1)
  expect(actor.getSnapshot()).toMatchObject({
    value: 'expired',
    context: { answer: { decision: 'expired', respondedBy: null, resolvedAt: 6000 } },
  })
})

test('what is asked and answered is told to the world', () => {
  const told: any[] = []
  const ask = (input: ApprovalRequest, ...sent: any[]) => {
    const actor = createActor(machine, { input })
    actor.on('*', (event) => told.push(event))
    actor.start()
    sent.forEach((event) => actor.send(event))
  }
  ask(request({ chainId: 'c', stepId: 's' }), approve)
  ask(request({ urgency: 'high' }), { type: 'approval.withdraw', at: 1 })
  expect(
    told.map(({ type, severity, actor, stepId, data }) => [type, severity, actor.id, stepId, data.message]),
  ).toEqual([
    ['approval.required', 'info', 'adjutant', 's', 'May it?'],
    ['approval.resolved', 'info', 'anna', 's', 'step_review approved by anna'],
    ['approval.required', 'warning', 'adjutant', undefined, 'May it?'],
    ['approval.resolved', 'info', 'adjutant', undefined, 'step_review withdrawn'],
  ])
})

test('a refusal says why', () => {
  const refused = (changes: Partial<ApprovalRequest>, command: object) =>
    approvalRefusal({ request: request(changes), answer: null }, { ...approve, ...command } as never)
  const choices = ['replan', 'accept']
  const plan = chain(step('a'))
  expect(refused({}, {})).toBeNull()
  expect(refused({}, { type: 'approval.deny' })).toBeNull()
  expect(refused({ allowsChanges: false }, { type: 'approval.request_changes' })).toBe('approval.changes_not_offered')
  expect(refused({}, { type: 'approval.request_changes' })).toBeNull()
  expect(refused({}, { by: 'agent-7' })).toBe('approval.own_work')
  expect(refused({}, { choice: 'burn' })).toBe('approval.unknown_choice')
  expect(refused({ choices, choicesWithChain: ['replan'] }, {})).toBe('plan.unchanged')
  expect(refused({ choices, choicesWithChain: ['replan'] }, { chain: plan })).toBeNull()
  expect(refused({ choices, choicesWithReason: ['accept'] }, { choice: 'accept', comment: ' ' })).toBe(
    'approval.reason_missing',
  )
  expect(refused({ choices, choicesWithReason: ['accept'] }, { choice: 'accept', comment: 'ok' })).toBeNull()
  expect(refused({ type: 'limit_exceeded' }, {})).toBe('approval.limits_missing')
  expect(refused({ type: 'limit_exceeded' }, { limits: { maxTotalCostUsd: 2 } })).toBeNull()
  const answer = { decision: 'denied', choice: null, respondedBy: 'bob', comment: null, resolvedAt: 1 } as const
  expect(approvalRefusal({ request: request(), answer }, approve)).toBe('approval.resolved')
})

test('chain and limits that come with an answer are kept', () => {
  const actor = createActor(machine, { input: request({ choices: ['a', 'b'] }) }).start()
  actor.send({ ...approve, choice: 'b', chain: chain(step('x')), limits: { maxTotalCostUsd: 3 } })
  expect(actor.getSnapshot().context.answer).toMatchObject({
    choice: 'b',
    chain: { name: 'plan' },
    limits: { maxTotalCostUsd: 3 },
  })
})
