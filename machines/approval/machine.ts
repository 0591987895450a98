import { setup } from 'xstate'
import type { EmittedEvent } from '../emitted-event.ts'
import { instantOf } from '../instant.ts'
import { emitAndRaise, tellParent } from '../parent.ts'
import {
  type ApprovalAnswer,
  type ApprovalContext,
  type ApprovalEvent,
  approvalRefusal,
  type ApprovalRequest,
  type ApprovalResolved,
} from './schema.ts'

const decisions = {
  'approval.approve': 'approved',
  'approval.request_changes': 'changes_requested',
  'approval.deny': 'denied',
  'approval.withdraw': 'withdrawn',
} as const

const latest = ({ request }: ApprovalContext) => request.requestedAt

/** Any other event is the expiry's timer. */
const answerOf = (context: ApprovalContext, event: ApprovalEvent): ApprovalAnswer => {
  const at = instantOf(event, latest(context))
  const nobody = { choice: null, respondedBy: null, comment: null, resolvedAt: at }
  if (event.type === 'approval.withdraw') return { decision: 'withdrawn', ...nobody }
  if (!(event.type in decisions)) {
    return { decision: 'expired', ...nobody, resolvedAt: context.request.expiresAt! }
  }
  const said = {
    decision: decisions[event.type],
    respondedBy: event.by,
    comment: event.comment ?? null,
    resolvedAt: at,
  }
  if (event.type !== 'approval.approve') return { ...said, choice: null }
  const { choice = context.request.choices[0]!, chain, limits } = event
  return { ...said, choice, ...(chain && { chain }), ...(limits && { limits }) }
}

const place = ({ chainId, stepId }: ApprovalRequest) => ({ ...(chainId && { chainId }), ...(stepId && { stepId }) })

const base = setup({
  types: {
    context: {} as ApprovalContext,
    events: {} as ApprovalEvent,
    input: {} as ApprovalRequest,
    emitted: {} as EmittedEvent,
  },
})

const approvalSetup = base.extend({
  guards: {
    hasExpiry: ({ context }) => context.request.expiresAt !== null,
    isAcceptable: ({ context, event }) =>
      event.type !== 'approval.withdraw' && approvalRefusal(context, event) === null,
  },
  delays: {
    expiry: ({ context: { request } }) => Math.max(0, request.expiresAt! - request.requestedAt),
  },
  actions: {
    announceRequest: base.enqueueActions(({ context: { request }, enqueue, self }) => {
      emitAndRaise({ enqueue, self }, request.requestedAt, {
        type: 'approval.required',
        severity: request.urgency === 'low' ? 'info' : 'warning',
        actor: { type: 'system', id: 'adjutant' },
        ...place(request),
        data: {
          message: request.question,
          approvalId: request.id,
          type: request.type,
          choices: request.choices,
          urgency: request.urgency,
        },
      })
    }),
    recordAnswer: base.assign({ answer: ({ context, event }) => answerOf(context, event) }),
    announceAnswer: base.emit(({ context: { request, answer } }) => ({
      type: 'approval.resolved',
      severity: 'info',
      actor:
        answer!.respondedBy === null ? { type: 'system', id: 'adjutant' } : { type: 'user', id: answer!.respondedBy },
      ...place(request),
      data: {
        message: `${request.type} ${answer!.decision}${answer!.respondedBy === null ? '' : ` by ${answer!.respondedBy}`}`,
        approvalId: request.id,
        type: request.type,
        decision: answer!.decision,
        choice: answer!.choice,
        comment: answer!.comment,
      },
    })),
    tellAsker: base.enqueueActions(({ context, enqueue, self }) => {
      const { request, answer } = context
      const resolved: ApprovalResolved = {
        type: 'approval.resolved',
        id: request.id,
        at: answer!.resolvedAt,
        answer: answer!,
      }
      tellParent({ enqueue, self }, resolved)
    }),
  },
})

/** A question to a person, answered once. */
export const approvalMachine = approvalSetup.createMachine({
  id: 'approval',
  description: 'A question to a person. The first answer counts; expiry denies; whoever did the work cannot answer.',
  context: ({ input }) => ({ kind: 'approval', request: input, answer: null }),
  initial: 'pending',
  states: {
    pending: {
      tags: ['waiting'],
      entry: 'announceRequest',
      on: {
        'approval.approve': { guard: 'isAcceptable', target: 'approved', actions: 'recordAnswer' },
        'approval.request_changes': { guard: 'isAcceptable', target: 'changes_requested', actions: 'recordAnswer' },
        'approval.deny': { guard: 'isAcceptable', target: 'denied', actions: 'recordAnswer' },
        'approval.withdraw': { target: 'withdrawn', actions: 'recordAnswer' },
      },
      initial: 'undated',
      states: {
        undated: { description: 'Waits for ever', always: { guard: 'hasExpiry', target: 'dated' } },
        dated: { after: { expiry: { target: '#approval.expired', actions: 'recordAnswer' } } },
      },
    },
    approved: { type: 'final', entry: ['announceAnswer', 'tellAsker'] },
    changes_requested: { type: 'final', entry: ['announceAnswer', 'tellAsker'] },
    denied: { type: 'final', entry: ['announceAnswer', 'tellAsker'] },
    expired: { type: 'final', entry: ['announceAnswer', 'tellAsker'] },
    withdrawn: { type: 'final', entry: ['announceAnswer', 'tellAsker'] },
  },
})
