import type { DirectiveContext, DirectiveEvent } from './schema.ts'
import { directiveRefusal } from './refusal.ts'
import { hasRequiredFailure } from '../evaluation/index.ts'
import { criteriaLeft, isAutoVerified } from './reviewing.ts'
import { isStuck } from './standing.ts'

type Scope = { context: DirectiveContext; event: DirectiveEvent }

// Keeps a conversation with a planner from going on for ever.
const maxPlanRevisions = 3

const records = ({ steps }: DirectiveContext) => Object.values(steps)

const isOwnAnswer = ({ context, event }: Scope): boolean =>
  event.type === 'approval.resolved' && event.id === `${context.id}:${context.openApproval}`

const decides = (scope: Scope, decision: string, choice?: string): boolean =>
  isOwnAnswer(scope) &&
  scope.event.type === 'approval.resolved' &&
  scope.event.answer.decision === decision &&
  (choice === undefined || scope.event.answer.choice === choice)

const canRegenerate = ({ source, file, chainGeneration }: DirectiveContext): boolean =>
  source === 'model' && file.autonomy !== 'manual' && chainGeneration - 1 < file.limits.maxChainRegenerations

/** Something goes on without a person: a step holds a slot, or nobody at all is being waited for. */
const canProgress = ({ tally, openApproval, asked }: DirectiveContext): boolean =>
  tally.busy > 0 || (openApproval === null && tally.waiting === 0 && !asked)

const levelIs = ({ review }: DirectiveContext, level: string) => review.evaluation?.level === level

export const guards = {
  // planning
  hasGivenChain: ({ context }: Scope) =>
    context.planning.given !== null || (context.source === 'file' && context.file.chain !== undefined),
  hasChainToRecall: ({ context: { source, chainGeneration, planning } }: Scope) =>
    chainGeneration > 0 && (source === 'file' || (source === 'model' && planning.before === null)),
  hasNobodyToPlan: ({ context: { source, models } }: Scope) => source === 'model' && models.planner.length === 0,
  isPlannedByModel: ({ context }: Scope) => context.source === 'model',
  isApprovedWhileThinking: (scope: Scope) => decides(scope, 'approved') && scope.context.planning.thinking,
  isPlanToReview: ({ context }: Scope) =>
    context.planning.problems.length === 0 && context.file.autonomy === 'manual' && !context.planning.approved,
  isPlanSound: ({ context }: Scope) => context.planning.problems.length === 0,
  isEditUnsound: ({ context }: Scope) => context.planning.approved,
  isPlanEdited: (scope: Scope) =>
    decides(scope, 'approved') && scope.event.type === 'approval.resolved' && scope.event.answer.chain !== undefined,
  mayReviseAgain: (scope: Scope) =>
    decides(scope, 'changes_requested') && scope.context.planning.feedback.length < maxPlanRevisions,
  isSentBack: (scope: Scope) => decides(scope, 'changes_requested'),
  canReplan: ({ context, event }: Scope) => directiveRefusal(context, event) === null,

  // work
  isStepDefect: ({ context, event }: Scope) =>
    records(context).some((step) => step.id === (event as { actorId?: string }).actorId),
  haveTooManyFailed: ({ context }: Scope) => context.blockedEntries > context.file.limits.maxFailedSteps,
  areAllDone: ({ context: { tally } }: Scope) =>
    tally.done > 0 && tally.pending + tally.startable + tally.busy + tally.waiting + tally.blocked === 0,
  isStuck: ({ context }: Scope) => isStuck(context),
  isNoLongerStuck: ({ context }: Scope) => !isStuck(context),
  isStuckAndMayRegenerate: ({ context }: Scope) => isStuck(context) && canRegenerate(context),

  // limits
  failsOnCost: ({ context }: Scope) => guards.isCostReached({ context }) && context.file.limits.onLimit === 'fail',
  isCostReached: ({ context }: Pick<Scope, 'context'>) =>
    context.totals.costUsd >= (context.file.limits.maxTotalCostUsd ?? Infinity),
  /** The planner waits for budget, and there will be none. */
  isBudgetExhausted: ({ context }: Scope) =>
    guards.isCostReached({ context }) && context.budget.waiting.some(({ activity }) => activity === 'planner'),
  failsOnExhaustion: (scope: Scope) => guards.isBudgetExhausted(scope) && guards.failsOnLimit(scope),
  failsOnLimit: ({ context }: Scope) => context.file.limits.onLimit === 'fail',
  hasWallTimeLimit: ({ context }: Scope) => context.file.limits.maxWallTimeMinutes !== undefined,
  canProgress: ({ context }: Scope) => canProgress(context),
  waitsForPerson: ({ context }: Scope) => !canProgress(context),
  hasPlanningFailed: ({ context }: Scope) => context.attention?.code === 'planning.failed',

  // review
  hasSomethingToDetect: ({ context }: Scope) =>
    context.file.repository !== undefined && records(context).some(isAutoVerified),
  hasVerifierLeft: ({ context }: Scope) => context.review.checks!.left.length > 0,
  isToBeJudged: ({ context }: Scope) =>
    context.models.judge.length > 0 &&
    context.file.repository !== undefined &&
    !hasRequiredFailure(context.review.checks!.results) &&
    criteriaLeft(context).length > 0,
  isJudged: ({ context }: Scope) => context.review.judgement !== null,
  isResultGood: ({ context }: Scope) =>
    (levelIs(context, 'green') && context.file.autonomy !== 'manual') ||
    (levelIs(context, 'yellow') && context.file.autonomy === 'full_auto'),
  isResultRedAndMayRegenerate: ({ context }: Scope) => levelIs(context, 'red') && canRegenerate(context),
  hasPullRequest: ({ context: { file } }: Scope) => file.pullRequest !== undefined && file.repository !== undefined,
  hasRepository: ({ context }: Scope) => context.file.repository !== undefined,

  // answers
  isApproved: (scope: Scope) => decides(scope, 'approved'),
  choosesRetry: (scope: Scope) => decides(scope, 'approved', 'retry'),
  choosesSkip: (scope: Scope) => decides(scope, 'approved', 'skip'),
  choosesReplan: (scope: Scope) => decides(scope, 'approved', 'replan'),
  choosesStop: (scope: Scope) => decides(scope, 'approved', 'stop'),
  isDenied: (scope: Scope) => decides(scope, 'denied') || decides(scope, 'expired'),
}
