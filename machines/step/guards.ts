import type { MergerOutput } from '../activities/index.ts'
import { hasRequiredFailure } from '../evaluation/index.ts'
import type { StepContext, StepEvent } from './schema.ts'

type Scope = { context: StepContext; event: StepEvent }

const answered = ({ context, event }: Scope, decision: string): boolean =>
  event.type === 'approval.resolved' && event.answer.decision === decision && context.openApproval !== null

const hasMerged = ({ event }: Scope, status: MergerOutput['status']): boolean =>
  event.type === 'xstate.done.actor.merger' && event.output.status === status

// A result branch that moves twice under a lock of the directive's own is moved by somebody else, again and again.
const maxPublishAttempts = 3

export const guards = {
  isCarriedOver: ({ context }: Scope) => context.result !== null,
  hasBegun: ({ event }: Scope) => event.type === 'contract.failed' && event.begun,
  hasRepository: ({ context }: Scope) => context.repository !== null,
  hasVerifierLeft: ({ context }: Scope) => context.checks!.left.length > 0,
  isToBeJudged: ({ context }: Scope) =>
    context.models.judge.length > 0 &&
    context.acceptanceCriteria.length > 0 &&
    !hasRequiredFailure(context.checks!.results),
  mayMerge: ({ context }: Scope) => {
    const level = context.evaluation?.level
    return (
      (level === 'green' && context.autonomy !== 'manual') || (level === 'yellow' && context.autonomy === 'full_auto')
    )
  },
  needsApproval: ({ context }: Scope) => context.evaluation?.level !== 'red',
  hasReworkLeft: ({ context }: Scope) => context.reworkCount < context.reworkAllowance,
  isApproved: (scope: Scope) => answered(scope, 'approved'),
  isChangeRequested: (scope: Scope) => answered(scope, 'changes_requested'),
  isDenied: (scope: Scope) => answered(scope, 'denied') || answered(scope, 'expired'),
  isReady: (scope: Scope) =>
    scope.event.type === 'xstate.done.actor.merger' &&
    scope.event.output.status === 'ready' &&
    (!scope.event.output.tipMoved || scope.context.override),
  isReadyOnMovedTip: (scope: Scope) => hasMerged(scope, 'ready'),
  isMergedAlready: (scope: Scope) => hasMerged(scope, 'already'),
  isMerged: (scope: Scope) => hasMerged(scope, 'merged'),
  isConflictWithReworkLeft: (scope: Scope) => hasMerged(scope, 'conflict') && guards.hasReworkLeft(scope),
  isConflict: (scope: Scope) => hasMerged(scope, 'conflict'),
  isMovedAgain: (scope: Scope) => hasMerged(scope, 'moved') && scope.context.publishAttempts < maxPublishAttempts,
  isMergedTreeSound: ({ context }: Scope) => context.checks!.results.every((result) => result.status !== 'failed'),
  hasFailedToMerge: ({ context }: Scope) => context.blocked?.code === 'merge.failed',
  hasDelivery: ({ context }: Scope) => context.evidence !== null,
}
