import { assertEvent } from 'xstate'
import type { ApprovalRequest } from '../approval/schema.ts'
import { instantOf } from '../instant.ts'
import { wordsOf } from '../problem.ts'
import { differenceFrom } from './adopting.ts'
import { base, place } from './base.ts'
import type { DirectiveContext } from './schema.ts'

type Question = Pick<ApprovalRequest, 'type' | 'question' | 'facts' | 'choices' | 'urgency'> & Partial<ApprovalRequest>

/** Only a model can make another plan without being given one. */
const replanNeedsChain = ({ source }: DirectiveContext) => (source === 'model' ? [] : ['replan'])

const planReview = (context: DirectiveContext): Question => {
  const { proposal, problems, rationale, planningModel, source } = context.planning
  const unsound = problems.length > 0 ? ` The edited chain is unsound: ${wordsOf(problems)}.` : ''
  const steps = proposal!.steps.slice(0, 200)
  const count = proposal!.steps.length
  return {
    type: 'plan_review',
    question: `Carry out the plan ${proposal!.name} of ${count} ${count === 1 ? 'step' : 'steps'}?${unsound}`,
    facts: {
      source,
      planningModel,
      rationale,
      difference: differenceFrom(context.steps, proposal!),
      problems,
      reason: context.planning.reason,
      steps: steps.map(({ name, type, description, dependsOn, contract: { executor } }) => ({
        name,
        type,
        description: description.slice(0, 200),
        dependsOn,
        executor: executor.kind === 'agent' ? executor.preset : executor.kind,
      })),
    },
    choices: ['accept'],
    allowsChanges: true,
    urgency: 'medium',
  }
}

const chainStuck = (context: DirectiveContext): Question => {
  const blocked = Object.entries(context.steps).filter(([, step]) => step.state === 'blocked')
  const names = blocked.map(([name]) => name).join(', ')
  return {
    type: 'chain_stuck',
    question: `Nothing can go on: blocked is ${names}. Retry, skip, replan or stop?`,
    facts: {
      blocked: blocked.slice(0, 20).map(([name, step]) => ({
        name,
        stepId: step.id,
        reworkCount: step.reworkCount,
        summary: step.failure?.summary,
        instructions: step.failure?.instructions.slice(0, 4000),
      })),
    },
    choices: ['retry', 'skip', 'replan', 'stop'],
    choicesWithChain: replanNeedsChain(context),
    urgency: 'high',
  }
}

const limitExceeded = (context: DirectiveContext): Question => {
  const { exceeded, totals, file } = context
  const spent =
    exceeded === 'cost'
      ? `$${totals.costUsd} of $${file.limits.maxTotalCostUsd}`
      : `${Math.round(totals.wallTimeMs / 60_000)} of ${file.limits.maxWallTimeMinutes} minutes`
  return {
    type: 'limit_exceeded',
    question: `Spent ${spent}. Approve with a new limit to go on?`,
    facts: { limit: exceeded, totals, limits: file.limits },
    choices: ['raise'],
    urgency: 'high',
  }
}

const completionReview = (context: DirectiveContext): Question => {
  const evaluation = context.review.evaluation!
  const red = evaluation.level === 'red'
  return {
    type: 'completion_review',
    question: `The final review is ${evaluation.summary}. ${red ? 'Replan, accept with a reason, or stop?' : 'Accept the result?'}`,
    facts: {
      level: evaluation.level,
      score: evaluation.score,
      caps: evaluation.caps,
      criteria: evaluation.criteria,
      judgeModel: evaluation.judgeModel,
      verifiers: evaluation.programmatic.map((result) => ({ ...result, outputTail: result.outputTail.slice(-1000) })),
      resultBranch: context.resultBranch,
      resultCommit: context.resultCommit,
    },
    choices: red ? ['replan', 'accept', 'stop'] : ['accept', 'replan', 'stop'],
    choicesWithChain: replanNeedsChain(context),
    choicesWithReason: red ? ['accept'] : [],
    urgency: 'high',
  }
}

const ask = (question: (context: DirectiveContext) => Question) =>
  base.enqueueActions(({ context, event, enqueue }) => {
    const actorId = `approval-${context.approvals + 1}`
    const now = instantOf(event, context.now)
    const timeout = context.file.limits.approvalTimeoutMinutes
    const input: ApprovalRequest = {
      id: `${context.id}:${actorId}`,
      choicesWithChain: [],
      choicesWithReason: [],
      allowsChanges: false,
      requestedAt: now,
      expiresAt: timeout === undefined ? null : now + timeout * 60_000,
      executors: [],
      ...place(context),
      ...question(context),
    }
    enqueue.spawnChild('approval', { id: actorId, input })
    enqueue.assign({ approvals: context.approvals + 1, openApproval: actorId, answer: null, now })
  })

/** The directive's dealings with persons. */
export const approving = {
  requestPlanReview: ask(planReview),
  requestWayOut: ask(chainStuck),
  requestLimit: ask(limitExceeded),
  requestCompletion: ask(completionReview),
  /** Also on leaving with the answer: then there is nothing to withdraw. */
  withdrawApproval: base.enqueueActions(({ context, event, enqueue }) => {
    if (event.type !== 'approval.resolved') {
      enqueue.sendTo(context.openApproval!, { type: 'approval.withdraw', at: instantOf(event, context.now) })
    }
    enqueue.assign({ openApproval: null })
  }),
  recordAnswer: base.assign(({ context, event }) => {
    assertEvent(event, 'approval.resolved')
    return { answer: event.answer, now: instantOf(event, context.now) }
  }),
}
