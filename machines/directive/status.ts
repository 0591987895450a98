import { assertEvent } from 'xstate'
import type { Failure } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { base, originator, place, system } from './base.ts'
import { announceAloud } from './notifying.ts'
import type { DirectiveContext, DirectiveEvent } from './schema.ts'

type State = 'planning' | 'active' | 'paused' | 'completed' | 'failed'

const announce = (state: State) =>
  base.emit(({ context, event }) => ({
    type: 'directive.status_changed',
    severity: state === 'failed' ? 'error' : state === 'paused' ? 'warning' : 'info',
    actor: originator(event),
    ...place(context),
    data: {
      message: `the directive is ${state}`,
      state,
      ...(state === 'paused' && context.attention && { attention: context.attention }),
    },
  }))

const conclude = (outcome: (context: DirectiveContext, event: DirectiveEvent) => Failure) =>
  base.assign(({ context, event }) => {
    const now = instantOf(event, context.now)
    return { outcome: outcome(context, event), now, finishedAt: now }
  })

/** What a person said, or nothing. */
const said = (event: DirectiveEvent): string => {
  if (event.type === 'directive.stop') return event.reason ?? ''
  return event.type === 'approval.resolved' ? (event.answer.comment ?? '') : ''
}

const denied = (code: string, what: string) =>
  conclude((_, event) => {
    assertEvent(event, 'approval.resolved')
    return { code, reason: [`${what} was ${event.answer.decision}`, said(event)].filter(Boolean).join(': ') }
  })

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

// Enough to know where to look; each step's own row tells the whole.
const [namedSteps, namedReason] = [3, 300]

const blockedSteps = ({ steps }: DirectiveContext): string => {
  const blocked = Object.entries(steps).filter(([, { state }]) => state === 'blocked')
  const named = blocked
    .slice(0, namedSteps)
    .map(([name, { failure }]) => `${name} (${failure!.summary.slice(0, namedReason)})`)
  const more = blocked.length - named.length
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

/** The directive's state, to the world, and how it ended. */
export const status = {
  announcePlanning: announce('planning'),
  announceActive: announce('active'),
  announcePaused: announce('paused'),
  announceCompleted: announce('completed'),
  announceFailed: announce('failed'),
  announceCompletion: announceAloud(({ context }) => ({
    type: 'directive.completed',
    severity: 'info',
    actor: system,
    ...place(context),
    data: {
      message: context.outcome!.reason,
      outcome: context.outcome,
      totals: context.totals,
      resultBranch: context.resultBranch,
      resultCommit: context.resultCommit,
      ...(context.publication && { pullRequest: context.publication.url }),
    },
  })),
  announceFailure: announceAloud(({ context, event }) => ({
    type: 'directive.failed',
    severity: 'error',
    actor: originator(event),
    ...place(context),
    data: {
      message: `${context.outcome!.code}: ${context.outcome!.reason}`,
      outcome: context.outcome,
      totals: context.totals,
    },
  })),
  clearAttention: base.assign({ attention: null }),
  concludeStopped: conclude((_, event) => ({
    code: 'directive.stopped',
    reason: said(event) || 'stopped by a person',
  })),
  concludeStepsFailed: conclude((context) => ({
    code: 'steps.failed',
    reason: `steps were blocked ${times(context.blockedEntries)}, allowed are ${context.file.limits.maxFailedSteps}: ${blockedSteps(context)}`,
  })),
  concludeLimitExceeded: conclude(({ exceeded }, event) => ({
    code: `limit.${exceeded}_exceeded`,
    reason: said(event) || `the ${exceeded === 'cost' ? 'cost' : 'wall time'} limit is reached`,
  })),
  concludePlanDenied: denied('plan.denied', 'the plan'),
  concludeStuck: denied('chain.stuck', 'a way out of the stuck chain'),
  concludeDenied: denied('completion.denied', 'the result'),
  concludeCompleted: conclude(({ review, answer }) => {
    const evaluation = review.evaluation!
    if (evaluation.level === 'green') return { code: 'completed', reason: `the final review is ${evaluation.summary}` }
    const why = answer?.comment ? `, accepted: ${answer.comment}` : ''
    return { code: 'completed.with_reservations', reason: `the final review is ${evaluation.summary}${why}` }
  }),
}
