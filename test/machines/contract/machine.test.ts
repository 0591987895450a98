import { createActor, fromPromise, setup, SimulatedClock } from 'xstate'
import { expect, test } from 'vitest'
import { Executor, machines } from '../../../machines/index.ts'
import type { ContractInput } from '../../../machines/contract/schema.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { delivered, gate } from '../world.ts'

const { machine } = machines.contract

const input: ContractInput = {
  directiveId: 'd',
  chainId: 'plan-g1',
  stepId: 'one-g1',
  terms: {
    id: 'd.one-g1',
    name: 'Fix it - one',
    type: 'implement',
    step: 'one',
    stepType: 'implement',
    generation: 1,
    phases: ['plan', 'execute'],
    goal: 'it works',
    plan: 'do one',
    executor: { kind: 'command', argv: ['true'], idleSeconds: 30 },
    requirements: [],
    acceptanceCriteria: [],
  },
  initialPhase: 'plan',
  repository: null,
  timeoutMs: 60_000,
  models: { planner: [], agent: ['small'], judge: [] },
  onRateLimit: 'park',
  at: 1000,
}

const cost = { model: 'm', tokens: { in: 1, out: 2, cached: 0, reasoning: 0 }, usd: 0.5, source: 'reported' } as const
const workspace = { at: 2000, path: '/w', branch: null, baseCommit: null, setup: { ok: false, outputTail: 'no npm' } }
const failed = {
  outcome: 'failed',
  at: 3000,
  code: 'executor.exited',
  reason: 'exit code 3',
  exitCode: 3,
  outputTail: 'boom',
  session: 's1',
  costs: [cost],
}
const rework = { type: 'contract.rework', at: 4000, instructions: 'again', freshBase: true } as const

// Gives back another agent's session.
const lost = { type: 'xstate.done.actor.contractor', output: failed }
const events = [
  { type: 'contract.start', at: 1 },
  { type: 'contract.interrupt', at: 1 },
  { type: 'contract.withhold', at: 1 },
  { type: 'contract.offer', at: 1 },
  rework,
  { type: 'contract.accept', at: 1 },
  { type: 'contract.cancel', at: 1 },
  { type: 'contract.progress', at: 1, message: 'half', percent: 50 },
  { type: 'contract.phase', at: 1, phase: 'execute' },
  { type: 'contract.cost', at: 1, spent: { from: 0, costs: [cost] } },
  { type: 'xstate.done.actor.workspace', output: workspace },
  { type: 'xstate.error.actor.workspace', error: { code: 'repository.missing', message: 'gone' } },
  { type: 'xstate.done.actor.contractor', output: { at: 3000, ...delivered('c1') } },
  lost,
  { type: 'xstate.error.actor.contractor', error: 'torn' },
  { type: 'xstate.after.attemptTimeout.contract.working.preparing' },
  { type: 'xstate.after.attemptTimeout.contract.working.executing' },
]
const key = ({ attempt, concluded, session }: any) => [Math.min(attempt, 2), concluded, session]

const content = { sha256: 'a'.repeat(64), bytes: 9 }
const by = (executor: object): ContractInput => ({
  ...input,
  terms: { ...input.terms, executor: Executor.parse(executor) },
})
const agentEvents = [
  { type: 'agent.ended', outcome: 'delivered', at: 5000, summary: 'fixed', conversation: content },
  { type: 'agent.ended', outcome: 'failed', at: 5000, failure: { code: 'executor.idle', reason: 'nothing changed' } },
  { type: 'xstate.error.actor.agent', error: new Error('torn') },
  { type: 'contract.session', at: 4500, session: JSON.stringify(content) },
  { type: 'budget.granted', at: 1, usd: 2 },
]

const outsideEvents = [
  { type: 'contract.claim', at: 3000, by: 'w1', labels: ['gpu'], claim: 'c1' },
  { type: 'contract.heartbeat', at: 3000, fence: 1, message: 'half' },
  { type: 'contract.deliver', at: 3000, fence: 1, delivery: null, summary: 'did it' },
  { type: 'contract.fail', at: 3000, fence: 1, code: 'x.y', reason: 'z' },
  { type: 'contract.release', at: 3000, fence: 1 },
  { type: 'xstate.after.leaseLeft.contract.working.claimed.leased' },
  { type: 'xstate.after.workTimeout.contract.working.claimed' },
]

test('every state can be reached', () => {
  const all = [...events.filter((each) => each !== lost), ...agentEvents, ...outsideEvents]
  const kinds = [
    { kind: 'command', argv: ['true'] },
    { kind: 'model' },
    { kind: 'agent', preset: 'claude' },
    { kind: 'external' },
    { kind: 'human' },
  ]
  const explorations = kinds.map((kind) => ({ input: by(kind), events: all, key }))
  expect(reachedStates(machine, explorations).missing).toEqual([])
  expect(waysToFinalStates(machine, { input, events, key })).toEqual({
    cancelled: ['contract.cancel'],
    accepted: ['contract.start', 'xstate.done.actor.workspace', 'xstate.done.actor.contractor', 'contract.accept'],
  })
})

/** The machine alone, its activities answered by hand; or, without `agent`, under a parent. */
function contract(given = input) {
  const answers = { workspace: gate<any>(), contractor: gate<any>() }
  const inputs: Record<string, any[]> = { workspace: [], contractor: [] }
  const fake = (name: 'workspace' | 'contractor') =>
    fromPromise(({ input: given }) => {
      inputs[name]!.push(given)
      answers[name] = gate()
      return answers[name].passed
    })
  const clock = new SimulatedClock()
  const actor = createActor(
    machine.provide({ actors: { workspace: fake('workspace'), contractor: fake('contractor') } as never }),
    { input: given, clock },
  )
  const told: any[] = []
  actor.on('*', (event) => told.push(event))
  actor.start()
  return {
    actor,
    clock,
    told,
    inputs,
    async answer(name: 'workspace' | 'contractor', output: unknown) {
      answers[name].open(output)
      await answers[name].passed
      await Promise.resolve()
    },
    context: () => actor.getSnapshot().context,
    value: () => actor.getSnapshot().value,
  }
}

test('rework keeps the session and the workspace, adds an attempt and begins at the first phase', async () => {
  const { actor, answer, context, value, inputs } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  actor.send({ type: 'contract.phase', at: 1500, phase: 'execute' })
  await answer('contractor', failed)
  expect(value()).toBe('failed')
  expect(context()).toMatchObject({
    phase: 'execute',
    failure: { code: 'executor.exited', outputTail: 'boom' },
    now: 3000,
  })
  actor.send(rework)
  expect(context()).toMatchObject({ attempt: 2, phase: 'plan', failure: null, session: 's1', instructions: 'again' })
  actor.send({ type: 'contract.start', at: 1 })
  expect(inputs.workspace![1]).toMatchObject({ attempt: 2, freshBase: true, contractId: 'd.one-g1' })
  await answer('workspace', workspace)
  expect(inputs.contractor![1]).toMatchObject({
    session: 's1',
    idleMs: 30_000,
    timeoutMs: 60_000,
    contract: { attempt: 2, instructions: 'again', phase: 'plan', plan: 'do one' },
  })
  actor.stop()
})

test('an interruption gives up the attempt, not the contract, and is no rework', async () => {
  const { actor, answer, context, value, inputs } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  actor.send({ type: 'contract.interrupt', at: 2500 })
  expect(value()).toBe('queued')
  expect(actor.getSnapshot().children).toEqual({})
  actor.send({ type: 'contract.start', at: 1 })
  expect(context()).toMatchObject({ attempt: 1, now: 2500 })
  expect(inputs.workspace).toHaveLength(2)
  actor.stop()
})

test('what an attempt reports is kept and told: progress, phase and cost', async () => {
  const { actor, answer, context, told } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  actor.send({ type: 'contract.progress', at: 2100, message: 'half', percent: 50 })
  actor.send({ type: 'contract.progress', at: 2200, message: 'more' })
  actor.send({ type: 'contract.phase', at: 2300, phase: 'execute' })
  actor.send({
    type: 'contract.cost',
    at: 2400,
    spent: { from: 0, costs: [{ ...cost, usd: null, source: 'unknown' }] },
  })
  await answer('contractor', { at: 5000, ...delivered('c1'), costs: [cost] })
  expect(context()).toMatchObject({
    progress: { message: 'more' },
    now: 5000,
    ledger: [{ usd: null }, { usd: 0.5, step: 'one' }],
  })
  expect(told.map(({ type, data }) => [type, data.message])).toEqual([
    ['contract.progress', 'half'],
    ['contract.progress', 'more'],
    ['contract.progress', 'phase execute'],
    ['cost.incurred', 'an unknown amount for contractor of one'],
    ['cost.incurred', '$0.5 for contractor of one'],
  ])
})

test('what an attempt has spent counts once, however often it is told, and anew in the next attempt', async () => {
  const { actor, answer, context } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  const tell = (from: number, ...usd: (number | null)[]) =>
    actor.send({ type: 'contract.cost', at: 2400, spent: { from, costs: usd.map((each) => ({ usd: each })) } } as never)
  tell(0, 0.1)
  tell(0, 0.1, 0.2)
  tell(1, 0.2)
  await answer('contractor', {
    ...failed,
    costs: [],
    spent: { from: 0, costs: [{ usd: 0.1 }, { usd: 0.2 }, { usd: null, note: 'no idea' }] },
  })
  expect(context().ledger.map(({ usd, source, attempt }) => [usd, source, attempt])).toEqual([
    [0.1, 'reported', 1],
    [0.2, 'reported', 1],
    [null, 'unknown', 1],
  ])
  actor.send(rework as never)
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  tell(0, 0.1)
  expect(context().ledger.at(-1)).toMatchObject({ usd: 0.1, attempt: 2, tokens: { in: 0 } })
  actor.stop()
})

test('a contract that was begun before spending was counted counts from the beginning', async () => {
  const { actor, answer } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  await answer('workspace', workspace)
  const persisted = actor.getPersistedSnapshot() as any
  actor.stop()
  delete persisted.context.counted
  const again = createActor(machine, { snapshot: persisted, input: undefined as never }).start()
  again.send({ type: 'contract.cost', at: 2400, spent: { from: 0, costs: [cost] } } as never)
  expect(again.getSnapshot().context).toMatchObject({ counted: 1, ledger: [{ usd: 0.5 }] })
  again.stop()
})

test('a failed workspace or a lost contractor fails the attempt with its reason, at the time it says', async () => {
  const first = contract()
  first.actor.send({ type: 'contract.start', at: 1 })
  first.actor.send({
    type: 'xstate.error.actor.workspace',
    error: Object.assign(new Error('gone'), { at: 7000 }),
    actorId: 'workspace',
  })
  expect(first.context().failure).toEqual({ code: 'workspace.failed', reason: 'gone', outputTail: '', exitCode: null })
  expect(first.context().now).toBe(7000)
  const second = contract()
  second.actor.send({ type: 'contract.start', at: 1 })
  await second.answer('workspace', workspace)
  second.actor.send({ type: 'xstate.error.actor.contractor', error: 'torn', actorId: 'contractor' })
  expect(second.context().failure).toMatchObject({ code: 'contractor.failed', reason: 'torn' })
})

test('an attempt that never comes back is failed after its limit and five minutes of grace', () => {
  const { actor, clock, value, context } = contract()
  actor.send({ type: 'contract.start', at: 1 })
  clock.increment(60_000 + 5 * 60_000 - 1)
  expect(value()).toEqual({ working: 'preparing' })
  clock.increment(1)
  expect(value()).toBe('failed')
  expect(context().failure).toMatchObject({
    code: 'executor.timed_out',
    reason: 'nothing was delivered within 1 minutes',
  })
})

test('an executor that is no command has no idle limit', async () => {
  const { actor, answer, inputs } = contract()
  actor.stop()
  expect(inputs.contractor).toEqual([])
  const noop = { ...input, terms: { ...input.terms, executor: { kind: 'noop' as const } } }
  const [seen, go] = [gate<any>(), fromPromise(async () => workspace)]
  const contractor = fromPromise(async ({ input: given }) => {
    seen.open(given)
    return new Promise(() => {})
  })
  const other = createActor(machine.provide({ actors: { workspace: go, contractor } as never }), {
    input: noop,
  }).start()
  other.send({ type: 'contract.start', at: 1 })
  expect(await seen.passed).toMatchObject({ idleMs: null })
  expect(other.getSnapshot().context.executedBy).toBe('noop:d.one-g1')
  other.stop()
  await answer('workspace', workspace)
})

/** The contract under somebody who hears what it tells, its activities and the built-in agent played by hand. */
function told(executor: object, changes: Partial<ContractInput> = {}) {
  const inputs: Record<string, any[]> = { workspace: [], contractor: [], agent: [] }
  const silent = (name: string) =>
    fromPromise(({ input: given }) => {
      inputs[name]!.push(given)
      return new Promise(() => {})
    })
  const actors = { workspace: silent('workspace'), contractor: silent('contractor'), agent: silent('agent') }
  const heard: any[] = []
  const parent = setup({ actors: { contract: machine.provide({ actors: actors as never }) } }).createMachine({
    invoke: { src: 'contract', id: 'contract', input: { ...by(executor), ...changes } },
    on: { '*': { actions: ({ event }) => void heard.push(event) } },
  })
  const root = createActor(parent).start()
  const child = root.getSnapshot().children.contract as any
  child.send({ type: 'contract.start', at: 1 })
  child.send({ type: 'xstate.done.actor.workspace', output: workspace })
  return {
    inputs,
    heard,
    send: (event: object) => child.send(event),
    value: () => child.getSnapshot().value,
    context: () => child.getSnapshot().context,
    of: (type: string) => heard.filter((each) => each.type === type),
    stop: () => root.stop(),
  }
}

test("the built-in agent works with the directive's models, and what it delivered is closed by the contractor", () => {
  const { send, inputs, value, context, stop } = told({ kind: 'model', maxTurns: 7 })
  expect(value()).toEqual({ working: 'thinking' })
  expect(inputs.agent![0]).toMatchObject({
    address: 'one-g1/contract/agent',
    executedBy: 'model:d.one-g1',
    models: ['small'],
    limits: { maxTurns: 7, maxTokens: 2_000_000, maxOutputTokens: 8000 },
    session: null,
    timeoutMs: 60_000,
    contract: { attempt: 1, plan: 'do one' },
    workspace: { path: '/w' },
  })
  send({ type: 'contract.progress', at: 4400, message: 'turn 1: wrote a.js' })
  send(agentEvents[0]!)
  expect(value()).toEqual({ working: 'executing' })
  expect(inputs.contractor![0]).toMatchObject({
    concluded: { summary: 'fixed', conversation: content },
    session: JSON.stringify(content),
    idleMs: null,
  })
  // Interrupted while it is closed, the work is not done again.
  send({ type: 'contract.interrupt', at: 5001 })
  send({ type: 'contract.start', at: 5002 })
  send({ type: 'xstate.done.actor.workspace', output: workspace })
  expect(value()).toEqual({ working: 'executing' })
  send({ type: 'xstate.done.actor.contractor', output: { at: 6000, ...delivered('c1') } })
  expect(context()).toMatchObject({ session: JSON.stringify(content), evidence: { commit: 'c1' } })
  send(rework)
  expect(context()).toMatchObject({ concluded: null, session: JSON.stringify(content) })
  stop()
})

test('an executor that names its models gets these, and goes on where an interruption found it', () => {
  const { send, inputs, stop } = told(
    { kind: 'model', models: 'large' },
    { models: { planner: [], agent: [], judge: [] } },
  )
  send({ type: 'contract.session', at: 4500, session: JSON.stringify(content) })
  send({ type: 'contract.interrupt', at: 4600 })
  send({ type: 'contract.start', at: 4700 })
  send({ type: 'xstate.done.actor.workspace', output: workspace })
  expect(inputs.agent![1]).toMatchObject({ models: ['large'], session: content })
  stop()
})

test('without any model the attempt fails and says so', () => {
  const { value, context, stop } = told({ kind: 'model' }, { models: { planner: [], agent: [], judge: [] } })
  expect(value()).toBe('failed')
  expect(context().failure).toMatchObject({ code: 'model.unconfigured' })
  stop()
})

test('what the built-in agent could not do fails the attempt with its reason', () => {
  const first = told({ kind: 'model' })
  first.send(agentEvents[1]!)
  expect(first.of('contract.failed')[0]).toMatchObject({
    failure: { code: 'executor.idle', reason: 'nothing changed' },
  })
  first.stop()
  const second = told({ kind: 'model' })
  second.send({ type: 'xstate.error.actor.agent', error: new Error('torn'), actorId: 'agent' })
  expect(second.context().failure).toMatchObject({ code: 'agent.failed', reason: 'torn' })
  second.stop()
})

test('a conversation too long for the model is not gone on with', () => {
  const { send, context, stop } = told({ kind: 'model' })
  send(agentEvents[3]!)
  expect(context().session).toBe(JSON.stringify(content))
  const failure = { code: 'model.context_exceeded', reason: 'small: too long' }
  send({ type: 'agent.ended', outcome: 'failed', at: 5000, failure })
  expect(context()).toMatchObject({ session: null, failure })
  stop()
})

test("calls of the built-in agent are in the contract's ledger, and told with the reservation they end", () => {
  const { send, of, context, heard, stop } = told({ kind: 'model' })
  const reserve = { type: 'budget.reserve', at: 1, id: 'one-g1/contract/agent/completion', usd: 1 }
  const notice = { type: 'notice.raised', at: 1, event: {} }
  send(reserve)
  send(notice)
  expect(heard).toEqual([reserve, notice])
  const entry = { ...cost, directive: 'd', step: 'one', activity: 'agent', attempt: 1 }
  send({ type: 'budget.settle', at: 4000, id: reserve.id, entries: [entry] })
  expect(context().ledger).toEqual([entry])
  expect(of('contract.spent')).toEqual([
    { type: 'contract.spent', at: 4000, costs: [cost], settled: { id: reserve.id, open: false } },
  ])
  stop()
})

test('for an agent what its attempt may cost is set aside first, and what it spent is told as part of that', () => {
  const { send, of, inputs, value, stop } = told({ kind: 'agent', preset: 'claude', maxCostUsd: 3, model: 'opus' })
  expect(value()).toEqual({ working: 'reserving' })
  expect(of('budget.reserve')).toMatchObject([
    { id: 'one-g1/contract', usd: { upTo: 3 }, model: 'opus', activity: 'contractor', step: 'one', attempt: 1 },
  ])
  send({ type: 'budget.granted', at: 4000, usd: 2 })
  expect(inputs.contractor![0]).toMatchObject({ budgetUsd: 2, idleMs: 600_000 })
  send({ type: 'contract.session', at: 4100, session: 's9' })
  send({ type: 'contract.cost', at: 4200, spent: { from: 0, costs: [cost] } })
  send({ type: 'xstate.done.actor.contractor', output: { ...failed, session: null, costs: [] } })
  expect(of('contract.spent').map(({ costs, settled }) => [costs.length, settled])).toEqual([
    [1, { id: 'one-g1/contract', open: true }],
    [0, { id: 'one-g1/contract', open: false }],
  ])
  send(rework)
  send({ type: 'contract.start', at: 4300 })
  send({ type: 'xstate.done.actor.workspace', output: workspace })
  send({ type: 'budget.granted', at: 4400, usd: null })
  expect(inputs.contractor![1]).toMatchObject({ budgetUsd: null, session: 's9' })
  stop()
})

test('an agent without a limit of its own asks for whatever is left', () => {
  const { of, stop } = told({ kind: 'agent', preset: 'custom', argv: ['./agent'] })
  expect(of('budget.reserve')).toMatchObject([{ usd: { upTo: null }, model: null }])
  stop()
})
