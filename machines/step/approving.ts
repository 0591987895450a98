import { assertEvent } from 'xstate'
import type { ApprovalRequest } from '../approval/schema.ts'
import { executorOf } from '../contract/schema.ts'
import { instantOf } from '../instant.ts'
import { base } from './base.ts'
import type { StepContext } from './schema.ts'

const actorId = ({ approvals }: StepContext) => `approval-${approvals + 1}`

const question = ({ evaluation, step, autonomy }: StepContext): string =>
  evaluation?.level === 'green' && autonomy === 'manual'
    ? `Step ${step.name} is green: may it be merged?`
    : `Step ${step.name} came out ${evaluation?.summary}. Accept it?`

const request = (context: StepContext): ApprovalRequest => {
  const { evaluation, evidence, workspace, now } = context
  return {
    id: [context.directiveId, context.id, actorId(context)].join(':'),
    type: 'step_review',
    question: question(context),
    facts: {
      step: context.step.name,
      level: evaluation?.level,
      score: evaluation?.score,
      caps: evaluation?.caps,
      tamperedFiles: evaluation?.tamperedFiles.slice(0, 50),
      verifiers: evaluation?.programmatic.map((result) => ({ ...result, outputTail: result.outputTail.slice(-1000) })),
      criteria: evaluation?.criteria,
      judgeModel: evaluation?.judgeModel,
      summary: evidence?.summary,
      diffStat: evidence?.diffStat,
      modifiedFiles: evidence?.modifiedFiles.slice(0, 50),
      commit: evidence?.commit,
      baseCommit: workspace?.baseCommit,
      branch: workspace?.branch,
    },
    choices: ['accept'],
    choicesWithChain: [],
    choicesWithReason: [],
    allowsChanges: true,
    urgency: 'medium',
    requestedAt: now,
    expiresAt: context.approvalTimeoutMs === null ? null : now + context.approvalTimeoutMs,
    executors: executorsOf(context),
    chainId: context.chainId,
    stepId: context.id,
  }
}

/** Also the person who did the work: nobody answers for his own. */
const executorsOf = ({ contractId, step, evidence }: StepContext): string[] => [
  executorOf(contractId, step.contract.executor),
  ...(evidence?.by === undefined ? [] : [evidence.by]),
]

/** The step's dealings with persons. */
export const approving = {
  requestApproval: base.enqueueActions(({ context, enqueue }) => {
    const id = actorId(context)
    enqueue.spawnChild('approval', { id, input: request(context) })
    enqueue.assign({ approvals: context.approvals + 1, openApproval: id, answer: null })
  }),
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
