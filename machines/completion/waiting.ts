import type { ModelOutput } from '../activities/index.ts'
import type { ApprovalRequest } from '../approval/schema.ts'
import { instantOf } from '../instant.ts'
import { tellParent } from '../parent.ts'
import { base } from './base.ts'
import type { CompletionContext } from './schema.ts'

// A provider that says "now" again and again is asked at most once a minute; timers in memory hold 24 days at most.
const longestMs = 20 * 24 * 3600_000
const floorMs = (parks: number): number => Math.min(60_000, 1000 * 2 ** (parks - 1))

/** Milliseconds until the provider's limit has passed. */
export const parkedFor = ({ limit, parks, now }: CompletionContext): number =>
  Math.min(longestMs, Math.max(limit!.resetAt - now, floorMs(parks)))

const until = (instant: number): string => new Date(instant).toISOString()

const question = (context: CompletionContext, actorId: string): ApprovalRequest => {
  const { left, limit, now, purpose, place, executors } = context
  const [model, next] = left
  return {
    id: [context.directiveId, ...context.address.split('/'), actorId].join(':'),
    type: 'rate_limited',
    question: `The rate limit of ${model} is reached until ${until(limit!.resetAt)}. Wait for it?`,
    facts: { model, purpose, resetAt: limit!.resetAt, reason: limit!.reason, ...(next !== undefined && { next }) },
    choices: next === undefined ? ['wait'] : ['wait', 'next_model'],
    choicesWithChain: [],
    choicesWithReason: [],
    allowsChanges: false,
    urgency: 'medium',
    requestedAt: now,
    expiresAt: null,
    executors,
    ...place,
  }
}

/** What to do about a provider's rate limit. */
export const waiting = {
  recordLimit: base.assign(({ context, event }) => {
    const { resetAt, reason } = (event as { output: Extract<ModelOutput, { outcome: 'limited' }> }).output
    return { limit: { resetAt, reason }, parks: context.parks + 1 }
  }),
  announcePark: base.emit(({ context }) => ({
    type: 'model.parked',
    severity: 'warning',
    actor: { type: 'system', id: 'adjutant' },
    ...context.place,
    data: {
      message: `waits for the rate limit of ${context.left[0]} until ${until(context.now + parkedFor(context))}`,
      model: context.left[0],
      until: context.now + parkedFor(context),
      reason: context.limit!.reason,
    },
  })),
  // Named by the instant: another completion at this address may have asked before.
  requestDecision: base.enqueueActions(({ context, enqueue, self }) => {
    const id = `approval-${context.now}`
    enqueue.spawnChild('approval', { id, input: question(context, id) })
    tellParent({ enqueue, self }, { type: 'person.awaited', at: context.now })
    enqueue.assign({ openApproval: id })
  }),
  recordDecision: base.enqueueActions(({ context, event, enqueue, self }) => {
    const now = instantOf(event, context.now)
    tellParent({ enqueue, self }, { type: 'person.answered', at: now })
    enqueue.assign({ now, openApproval: null })
  }),
  forgetModels: base.assign({ left: [] }),
}
