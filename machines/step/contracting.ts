import { assertEvent } from 'xstate'
import type { ContractInput } from '../contract/schema.ts'
import { instantOf } from '../instant.ts'
import { base } from './base.ts'
import type { StepContext } from './schema.ts'

const contractInput = (context: StepContext): ContractInput => {
  const { step } = context
  const initialPhase = step.contract.initialPhase ?? step.contract.phases[0]!
  return {
    directiveId: context.directiveId,
    chainId: context.chainId,
    stepId: context.id,
    terms: {
      id: context.contractId,
      name: `${context.title} - ${step.name}`,
      type: step.contract.type ?? step.type,
      step: step.name,
      stepType: step.type,
      generation: context.generation,
      phases: step.contract.phases,
      goal: context.goal,
      plan: step.taskPlan === undefined ? step.description : `${step.description}\n\n${step.taskPlan}`,
      executor: step.contract.executor,
      requirements: context.requirements,
      acceptanceCriteria: context.acceptanceCriteria,
    },
    initialPhase,
    repository: context.repository,
    timeoutMs: context.stepTimeoutMs,
    models: context.models,
    onRateLimit: context.onRateLimit,
    at: context.now,
  }
}

/** What a person said comes first, then what is wrong with the last attempt. */
const words = ({ answer, blocked, evaluation, instructions }: StepContext): string => {
  const wrong = instructions ?? evaluation?.reworkInstructions
  return [
    ...(answer?.comment ? [`A person asks for changes: ${answer.comment}`] : []),
    ...(blocked?.code.startsWith('approval.') ? [`It was not accepted: ${blocked.reason}`] : []),
    ...(wrong ? [wrong] : []),
  ].join('\n\n')
}

/** The step's dealings with its contract. */
export const contracting = {
  /** Once; a rework or an interruption finds the contract there. */
  openContract: base.enqueueActions(({ context, enqueue }) => {
    if (context.hasContract) return
    enqueue.spawnChild('contract', { id: 'contract', input: contractInput(context) })
    enqueue.assign({ hasContract: true })
  }),
  startContract: base.sendTo('contract', ({ context, event }) => ({
    type: 'contract.start',
    at: instantOf(event, context.now),
  })),
  interruptContract: base.sendTo('contract', ({ context, event }) => ({
    type: 'contract.interrupt',
    at: instantOf(event, context.now),
  })),
  withholdContract: base.sendTo('contract', ({ context, event }) => ({
    type: 'contract.withhold',
    at: instantOf(event, context.now),
  })),
  offerContract: base.sendTo('contract', ({ context, event }) => ({
    type: 'contract.offer',
    at: instantOf(event, context.now),
  })),
  recordDelivery: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.delivered')
    const { evidence, workspace, attempt } = event
    return { evidence, workspace, attempt, failure: null, judgement: null, now: instantOf(event, context.now) }
  }),
  recordFailure: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.failed')
    const { failure, attempt } = event
    return { failure, attempt, evidence: null, now: instantOf(event, context.now) }
  }),
  /** What is in the way of any executor: nothing to evaluate, and nothing another attempt would change. */
  recordObstacle: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.failed')
    const { failure, attempt } = event
    const { code, reason } = failure
    return { failure, attempt, evidence: null, blocked: { code, reason }, now: instantOf(event, context.now) }
  }),
  acceptContract: base.enqueueActions(({ context, enqueue }) => {
    if (context.hasContract) enqueue.sendTo('contract', { type: 'contract.accept', at: context.now })
  }),
  cancelContract: base.enqueueActions(({ context, enqueue }) => {
    if (context.hasContract) enqueue.sendTo('contract', { type: 'contract.cancel', at: context.now })
  }),
  countRework: base.assign({ reworkCount: ({ context }) => context.reworkCount + 1 }),
  allowFurtherReworks: base.assign(({ context, event }) => ({
    reworkAllowance: context.reworkCount + Math.max(1, context.maxReworkCycles),
    answer:
      event.type === 'step.retry' && event.comment
        ? {
            decision: 'changes_requested' as const,
            choice: null,
            respondedBy: event.by ?? 'user',
            comment: event.comment,
            resolvedAt: instantOf(event, context.now),
          }
        : null,
    now: instantOf(event, context.now),
  })),
  /** What the executor will be told, then the same contract handed back, and a clean slate for the next attempt. */
  handBack: base.enqueueActions(({ context, enqueue }) => {
    const instructions = words(context)
    const { now: at, freshBase, attempt, reworkCount, evaluation } = context
    const reason = instructions.split('\n')[0]!.slice(0, 300)
    enqueue.sendTo('contract', { type: 'contract.rework', at, instructions, freshBase })
    enqueue.emit({
      type: 'step.rework',
      severity: 'warning',
      actor: { type: 'system', id: 'adjutant' },
      chainId: context.chainId,
      stepId: context.id,
      data: {
        message: `${context.step.name} goes back to its executor (rework ${reworkCount})${reason && `: ${reason}`}`,
        reason,
        reworkCount,
        attempt: attempt + 1,
        instructions,
      },
    })
    enqueue.assign({
      attempt: attempt + 1,
      evaluationBefore: evaluation,
      evaluation: null,
      answer: null,
      blocked: null,
      checks: null,
      judgement: null,
      merge: null,
      override: false,
      publishAttempts: 0,
      instructions: null,
      freshBase: false,
      evidence: null,
      failure: null,
    })
  }),
}
