// Inputs and events with real payloads, for walking our machines with their own guards and actions.
import { chain, delivered, file, step, verified } from '../machines/world.ts'
import type { Payloads } from './walk.ts'

const at = 1_800_000_000_000
const error = new Error('it broke')
const done = (id: string, output: object) => ({ type: `xstate.done.actor.${id}`, output: { at, ...output } })
const attemptFailure = { code: 'x.y', reason: 'z', outputTail: '', exitCode: 1 }
const failed = (id: string) => ({ type: `xstate.error.actor.${id}`, error })

const verifier = {
  name: 'test',
  type: 'command' as const,
  argv: ['npm', 'test'],
  weight: 1,
  required: true,
  timeoutSeconds: 9,
  rerun: true,
  why: 'found',
}
const workspace = { path: '/w/one', branch: 'adjutant/d/steps/one-g1', baseCommit: 'base' }
const checks = [
  done('detector', { verifiers: [verifier], tamperPaths: ['test/**'] }),
  failed('detector'),
  done('verifier', verified(verifier)),
  done('verifier', verified(verifier, 'failed')),
  done('verifier', verified(verifier, 'flaky')),
  failed('verifier'),
]

const answer = (decision: string, choice: string | null = null, changes: object = {}) => ({
  decision,
  choice,
  respondedBy: 'anna',
  comment: 'because',
  resolvedAt: at,
  ...changes,
})
const answers = [
  answer('approved', 'accept'),
  answer('approved', 'wait'),
  ...['retry', 'skip', 'replan', 'stop'].map((choice) => answer('approved', choice, { chain: chain(step('one')) })),
  answer('approved', 'raise', { limits: { maxTotalCostUsd: 100 } }),
  answer('changes_requested'),
  answer('denied'),
  answer('expired'),
]
/** Approvals are numbered; whoever asked looks whether the answer is its own. */
const resolved = (asker: string) =>
  [1, 2, 3].flatMap((n) =>
    answers.map((given) => ({ type: 'approval.resolved', id: `${asker}:approval-${n}`, at, answer: given })),
  )

const plan = file({ limits: { maxReworkCycles: 1, maxTotalCostUsd: 5, maxWallTimeMinutes: 1, maxFailedSteps: 1 } })
const [firstStep] = plan.chain!.steps
const terms = {
  id: 'd.one-g1',
  name: 'Fix it - one',
  type: 'implement',
  step: 'one',
  stepType: 'implement' as const,
  generation: 1,
  phases: ['plan', 'execute'],
  goal: 'it works',
  plan: 'do one',
  executor: { kind: 'command' as const, argv: ['true'] },
  requirements: [],
  acceptanceCriteria: [],
}
const place = { directiveId: 'd', chainId: 'plan-g1' }

const content = { sha256: 'a'.repeat(64), bytes: 9 }
const modelAnswer = { model: 'one', text: 'yes', toolCalls: [], finish: 'stop' }
const question = {
  directiveId: 'd',
  address: 'one-g1/contract/agent/completion',
  purpose: 'agent',
  ledger: { step: 'one', attempt: 1 },
  place: {},
  executors: [],
  models: ['one', 'two'],
  prices: { one: { in: 1, out: 2 }, two: null },
  conversation: content,
  append: [],
  tokens: 10,
  maxOutputTokens: 20,
  timeoutMs: 1000,
  onRateLimit: 'ask',
  at,
}

const changed = (name: string, state: string, changes: object = {}) => ({
  type: 'step.changed',
  at,
  name,
  generation: 1,
  state,
  waiting: false,
  reworkCount: 0,
  confidence: null,
  result: null,
  failure: null,
  ...changes,
})
const briefed = (changes: object) =>
  done('briefer', {
    conversation: { sha256: 'a'.repeat(64), bytes: 1 },
    prompt: { name: 'plan', version: '1' },
    tokens: 9,
    prices: { big: { in: 1, out: 1 } },
    citable: { 'src/a.ts': [[1, 9]] },
    menu: { executors: { model: { kind: 'model' } }, verifiers: [] },
    ...changes,
  })
const completed = (answer: object) => ({
  type: 'completion.ended',
  outcome: 'answered',
  at,
  answer: { model: 'big-2026', text: JSON.stringify(answer), toolCalls: [], finish: 'stop' },
  costs: [],
  workedMs: 1,
})
const uncompleted = {
  type: 'completion.ended',
  outcome: 'failed',
  at,
  failure: { code: 'x.y', reason: 'z' },
  costs: [],
}
const proposed = {
  name: 'plan',
  steps: [{ name: 'a', type: 'implement', description: 'do a', requirementIds: ['R1'], executor: 'model' }],
}
const judged = (file: string) => ({
  criteria: [{ id: 'AC1', verdict: 'met', why: 'seen', citations: [{ file, firstLine: 1, lastLine: 2 }] }],
})
const about = { directiveId: 'd', models: ['big'], goal: plan.goal }
const asking = { onRateLimit: 'park', at }

const result = { description: 'do it', commit: 'c', mergeCommit: 'm', score: 1, level: 'green', summary: 'green' }

const notice = {
  type: 'directive.completed',
  severity: 'info',
  actor: { type: 'system', id: 'adjutant' },
  data: { message: 'done' },
}

export const payloads: Record<string, Payloads & { ends: string[] }> = {
  directive: {
    input: { id: 'd', file: plan, createdAt: at },
    events: [
      { type: 'directive.start', at },
      { type: 'directive.update', at, changes: { autonomy: 'manual' } },
      { type: 'directive.pause', at, mode: 'drain' },
      { type: 'directive.resume', at },
      { type: 'directive.replan', at, reason: 'better', chain: chain(step('other')) },
      { type: 'directive.stop', at, reason: 'enough' },
      ...['one', 'two'].flatMap((name) => [
        changed(name, 'evaluating', { waiting: true }),
        changed(name, 'blocked', { failure: { summary: 'red', instructions: 'better' } }),
        changed(name, 'passed', { result }),
        changed(name, 'skipped'),
      ]),
      {
        type: 'step.spent',
        at,
        settled: null,
        costs: [
          {
            ...place,
            usd: 9,
            tokens: { in: 1, out: 1, cached: 0, reasoning: 0 },
            source: 'reported',
            model: null,
            activity: 'a',
            attempt: 1,
          },
        ],
      },
      { type: 'xstate.after.wallTimeLeft.directive.active.wallTime.running.limited' },
      ...resolved('d'),
      ...checks,
      { type: 'notice.raised', at, event: notice },
      done('cleaner', { removed: [], kept: [] }),
    ],
    facts: ({ steps }) => Object.values(steps).map((each: any) => each.state),
    ends: ['directive.completed', 'directive.failed', 'directive.paused.overLimit', 'directive.active.work.stuck'],
  },
  step: {
    input: {
      ...place,
      id: 'one-g1',
      generation: 1,
      title: plan.title,
      goal: plan.goal,
      step: firstStep,
      position: { x: 0, y: 0 },
      repository: plan.repository ?? null,
      requirements: [],
      acceptanceCriteria: [],
      autonomy: 'guardrails',
      thresholds: plan.thresholds,
      maxReworkCycles: 1,
      stepTimeoutMs: 60_000,
      approvalTimeoutMs: null,
      models: { planner: [], agent: [], judge: [] },
      onRateLimit: 'park',
      carried: null,
      at,
    },
    events: [
      ...['step.ready', 'step.start', 'step.interrupt', 'merge.granted'].map((type) => ({ type, at })),
      { type: 'step.abandon', at, reason: 'stopped' },
      { type: 'contract.delivered', at, attempt: 1, workspace, evidence: delivered('c').evidence },
      ...[true, false].map((begun) => ({ type: 'contract.failed', at, attempt: 1, failure: attemptFailure, begun })),
      { type: 'contract.spent', at, costs: [], settled: null },
      { type: 'step.retry', at, by: 'anna' },
      { type: 'step.skip', at, by: 'anna', reason: 'not needed' },
      { type: 'step.approve', at, by: 'anna', reason: 'good enough' },
      ...checks,
      done('merger', { status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: false }),
      done('merger', { status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: true }),
      done('merger', { status: 'conflict', tip: 't', files: ['a'] }),
      done('merger', { status: 'already', mergeCommit: 'm' }),
      done('merger', { status: 'merged', commit: 'm' }),
      done('merger', { status: 'moved', tip: 't2' }),
      failed('merger'),
      { type: 'notice.raised', at, event: notice },
      ...resolved('d:one-g1'),
    ],
    ends: ['step.passed', 'step.skipped', 'step.blocked', 'step.evaluating.merging.reverifying.running'],
  },
  contract: {
    input: {
      ...place,
      stepId: 'one-g1',
      terms,
      initialPhase: 'plan',
      repository: null,
      timeoutMs: 1000,
      models: { planner: [], agent: ['one'], judge: [] },
      onRateLimit: 'park',
      at,
    },
    events: [
      ...['start', 'interrupt', 'accept', 'cancel'].map((order) => ({ type: `contract.${order}`, at })),
      { type: 'contract.rework', at, instructions: 'better', freshBase: false },
      { type: 'contract.progress', at, message: 'half' },
      { type: 'contract.phase', at, phase: 'execute' },
      { type: 'xstate.after.attemptTimeout.contract.working.preparing' },
      { type: 'xstate.after.attemptTimeout.contract.working.executing' },
      done('workspace', { ...workspace, setup: null }),
      failed('workspace'),
      done('contractor', delivered('c')),
      done('contractor', { outcome: 'failed', code: 'x.y', reason: 'z', exitCode: 1, outputTail: '', costs: [] }),
      failed('contractor'),
      { type: 'agent.ended', outcome: 'delivered', at, summary: 'did', conversation: content },
      { type: 'agent.ended', outcome: 'failed', at, failure: { code: 'x.y', reason: 'z' } },
      failed('agent'),
      { type: 'budget.granted', at, usd: 1 },
      { type: 'contract.session', at, session: JSON.stringify(content) },
      { type: 'contract.claim', at, by: 'w1', labels: [], claim: 'c1' },
      { type: 'contract.heartbeat', at, fence: 1, message: 'half' },
      { type: 'contract.deliver', at, fence: 1, delivery: null, summary: 'did' },
      { type: 'contract.fail', at, fence: 1, code: 'x.y', reason: 'z' },
      { type: 'contract.release', at, fence: 1 },
      { type: 'xstate.after.leaseLeft.contract.working.claimed.leased' },
      { type: 'xstate.after.workTimeout.contract.working.claimed' },
    ],
    ends: ['contract.accepted', 'contract.cancelled', 'contract.failed'],
  },
  agent: {
    input: {
      directiveId: 'd',
      address: 'one-g1/contract/agent',
      place: {},
      executedBy: 'model:d.one-g1',
      contract: { ...terms, attempt: 1, phase: 'plan', instructions: null },
      workspace,
      session: null,
      models: ['one'],
      limits: { maxTurns: 2, maxTokens: 100, maxOutputTokens: 20 },
      timeoutMs: 1000,
      onRateLimit: 'park',
      at,
    },
    events: [
      done('briefer', {
        conversation: content,
        prompt: {},
        tokens: 10,
        prices: { one: null },
        citable: {},
        menu: null,
      }),
      failed('briefer'),
      { type: 'completion.ended', outcome: 'answered', at, answer: modelAnswer, costs: [], workedMs: 5 },
      {
        type: 'completion.ended',
        outcome: 'failed',
        at,
        failure: { code: 'x.y', reason: 'z' },
        costs: [],
        workedMs: 5,
      },
      failed('completion'),
      done('tools', {
        conversation: content,
        tokens: 20,
        progress: 'wrote a.js',
        advanced: true,
        delivered: null,
        durationMs: 5,
      }),
      done('tools', {
        conversation: content,
        tokens: 20,
        progress: '',
        advanced: true,
        delivered: 'did',
        durationMs: 5,
      }),
      failed('tools'),
    ],
    facts: ({ turns, silentTurns }) => [turns, silentTurns],
    ends: ['agent.delivered', 'agent.failed'],
  },
  completion: {
    input: question,
    events: [
      { type: 'budget.granted', at, usd: 1 },
      { type: 'budget.refused', at, code: 'model.price_unknown', reason: 'no price' },
      done('model', { outcome: 'answered', answer: modelAnswer, costs: [], durationMs: 5 }),
      done('model', { outcome: 'limited', resetAt: at + 1000, reason: 'too many', costs: [] }),
      done('model', { outcome: 'failed', code: 'model.unknown', reason: 'no such model', costs: [] }),
      failed('model'),
      { type: 'xstate.after.limitReset.completion.parked' },
      ...answers.map((given) => ({ type: 'approval.resolved', id: 'd:x:approval-1', at, answer: given })),
    ],
    facts: ({ left, onRateLimit }) => [left, onRateLimit],
    ends: ['completion.answered', 'completion.failed', 'completion.parked', 'completion.asking'],
  },
  planner: {
    input: {
      ...asking,
      address: 'planner',
      chainId: null,
      attempt: 2,
      brief: {
        ...about,
        purpose: 'plan',
        title: plan.title,
        requirements: [{ id: 'R1', text: 'it works', priority: 'must' }],
        acceptanceCriteria: [],
        limits: plan.limits,
        repository: plan.repository,
        executor: null,
        agentModels: ['small'],
        generation: 1,
        reason: null,
        passedSteps: [],
        failingStep: null,
        feedback: [],
        proposal: null,
        before: null,
      },
    },
    events: [
      briefed({}),
      failed('briefer'),
      completed(proposed),
      completed({ ...proposed, steps: [] }),
      uncompleted,
      failed('completion'),
    ],
    facts: ({ append }) => append.length,
    ends: ['planner.proposed', 'planner.failed'],
  },
  judge: {
    input: {
      ...asking,
      address: 'one-g1/judge',
      ledger: { step: 'one', attempt: 1 },
      place: { chainId: 'plan-g1', stepId: 'one-g1' },
      brief: {
        ...about,
        purpose: 'judge',
        step: { name: 'one', description: 'do one' },
        criteria: [{ id: 'AC1', text: 'it works', requirementIds: [] }],
        subject: { repository: plan.repository, commit: 'c', path: null },
        baseCommit: 'base',
        evidence: null,
        programmatic: [],
      },
    },
    events: [
      briefed({}),
      failed('briefer'),
      completed(judged('src/a.ts')),
      completed(judged('elsewhere')),
      completed({}),
      uncompleted,
      failed('completion'),
    ],
    facts: ({ append }) => append.length,
    ends: ['judge.concluded'],
  },
  approval: {
    input: {
      id: 'd:approval-1',
      type: 'step_review',
      question: 'Accept it?',
      facts: {},
      choices: ['accept'],
      choicesWithChain: [],
      choicesWithReason: [],
      allowsChanges: true,
      urgency: 'medium',
      requestedAt: at,
      expiresAt: at + 1000,
      executors: ['command:d.one-g1'],
    },
    events: [
      { type: 'approval.approve', by: 'anna', at },
      { type: 'approval.approve', by: 'command:d.one-g1', at },
      { type: 'approval.request_changes', by: 'anna', comment: 'no', at },
      { type: 'approval.deny', by: 'anna', at },
      { type: 'approval.withdraw', at },
      { type: 'xstate.after.expiry.approval.pending.dated' },
    ],
    ends: [
      'approval.approved',
      'approval.changes_requested',
      'approval.denied',
      'approval.expired',
      'approval.withdrawn',
    ],
  },
  chain: {
    input: { id: 'plan-g1', directiveId: 'd', generation: 1, definition: plan.chain, positions: {} },
    events: [{ type: 'chain.recall' }, { type: 'chain.supersede', by: 'plan-g2' }],
    ends: ['chain.superseded'],
  },
  courier: {
    input: { directiveId: 'd' },
    events: [
      {
        type: 'courier.carry',
        at,
        directive: { id: 'd', title: 'Fix it' },
        targets: [{ kind: 'webhook', url: 'https://example.org', events: ['directive.completed'] }],
        event: notice,
      },
      { ...done('notice-1-1', { outcome: 'sent', status: 204 }), actorId: 'notice-1-1' },
      { ...failed('notice-1-1'), actorId: 'notice-1-1' },
    ],
    facts: ({ notices, deliveries }) => [Math.min(notices, 2), Math.min(deliveries.length, 2)],
    ends: ['courier.carrying', 'courier.done'],
  },
}
