import type { Samples } from '../../../runtime/testing/index.ts'
import { delivered, file, verified } from '../../machines/world.ts'
import { answer, cost, dated, done, failed, passedOn, verifier, workspace } from './values.ts'

const plan = file()
const [first] = plan.chain!.steps
const failure = { code: 'x.y', reason: 'z', outputTail: '', exitCode: 1 }
const judgement = { verdicts: [{ id: 'AC1', verdict: 'met', why: 'seen', citations: [] }], model: 'j', failure: null }
const passedBefore = { description: 'do it', commit: 'c', mergeCommit: 'm', score: 1, level: 'green', summary: 'green' }

const input = {
  directiveId: 'd',
  chainId: 'plan-g1',
  id: 'one-g1',
  generation: 1,
  title: plan.title,
  goal: plan.goal,
  step: first,
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
  at: 0,
}

export const step: Samples = {
  inputs: {
    'in a repository': input,
    'without a repository': { ...input, repository: null, step: { ...first, verifiers: [verifier] } },
    'all by itself': { ...input, autonomy: 'full_auto' },
    'without rework': { ...input, maxReworkCycles: 0 },
    judged: {
      ...input,
      acceptanceCriteria: [{ id: 'AC1', text: 'it works', requirementIds: [] }],
      models: { planner: [], agent: [], judge: ['j'] },
    },
    'carried over': { ...input, carried: passedBefore },
  },
  events: dated(({ context }) => [
    ...['step.ready', 'step.start', 'step.interrupt', 'step.withhold', 'step.offer', 'merge.granted'].map((type) => ({
      type,
    })),
    { type: 'step.abandon', reason: 'stopped' },
    { type: 'contract.delivered', attempt: 1, workspace, evidence: delivered('c').evidence },
    ...[true, false].map((begun) => ({ type: 'contract.failed', attempt: 1, failure, begun })),
    { type: 'contract.spent', costs: [cost(0.1)], settled: null },
    ...(context.reworkCount < 3 ? [{ type: 'step.retry', by: 'anna' }] : []),
    { type: 'step.skip', by: 'anna', reason: 'not needed' },
    { type: 'step.approve', by: 'anna', reason: 'good enough' },
    done('detector', { verifiers: [verifier], tamperPaths: ['test/**'] }),
    failed('detector'),
    ...(['passed', 'failed', 'flaky'] as const).map((status) => done('verifier', verified(verifier, status))),
    failed('verifier'),
    { type: 'judge.concluded', judgement },
    failed('judge'),
    done('merger', { status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: false }),
    done('merger', { status: 'ready', mergeCommit: 'm', tip: 't', tipMoved: true }),
    done('merger', { status: 'conflict', tip: 't', files: ['a'] }),
    done('merger', { status: 'already', mergeCommit: 'm' }),
    done('merger', { status: 'merged', commit: 'm' }),
    done('merger', { status: 'moved', tip: 't2' }),
    failed('merger'),
    ...passedOn,
    { type: 'person.answered' },
    ...[answer('approved', 'accept'), answer('changes_requested'), answer('denied'), answer('expired')].map(
      (given) => ({
        type: 'approval.resolved',
        id: `d:one-g1:${context.openApproval}`,
        answer: given,
      }),
    ),
  ]),
  facts: (context) => [
    ...[context.reworkCount, context.reworkAllowance, context.checks?.left.length, context.evaluation?.level],
    ...[context.blocked?.code, context.override, context.evidence !== null, context.publishAttempts],
    context.checks?.results.map(({ status }: any) => status),
  ],
}
