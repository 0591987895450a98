import { assertEvent } from 'xstate'
import type { ModelOutput } from '../activities/index.ts'
import type { BudgetReserve, BudgetSettle } from '../budget.ts'
import type { Cost, LedgerEntry } from '../cost.ts'
import { type Failure, failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { tellParent } from '../parent.ts'
import { base } from './base.ts'
import type { CompletionContext, CompletionEnded, CompletionEvent } from './schema.ts'

const activities = { plan: 'planner', judge: 'judge', agent: 'agent' } as const

/** US dollars for the call at its longest; null: the model has no price. */
const mostUsd = ({ prices, left, tokens, maxOutputTokens }: CompletionContext): number | null => {
  const price = prices[left[0]!]
  return price ? (tokens * price.in + maxOutputTokens * price.out) / 1e6 : null
}

const booking = ({ purpose, ledger }: CompletionContext) => ({ activity: activities[purpose], ...ledger })

/** A call that failed may have been paid all the same, unless nothing was ever sent. */
const unsent = ['model.unreachable', 'model.unconfigured']
const unanswered = (model: string): Cost => ({
  model,
  tokens: { in: 0, out: 0, cached: 0, reasoning: 0 },
  usd: null,
  source: 'unknown',
})

/**
 * What nobody says is taken for what was reserved: a call that was lost on the way may have cost as much, and a limit must
 * not be overrun by many of them. Without a price it stays unknown.
 */
const estimated = (context: CompletionContext, cost: Cost): Cost => {
  const usd = cost.source === 'unknown' ? mostUsd(context) : null
  return usd === null ? cost : { ...cost, usd, source: 'estimated' }
}

const costsIn = (context: CompletionContext, event: CompletionEvent): readonly Cost[] => {
  if (event.type === 'xstate.done.actor.model') return event.output.costs.map((cost) => estimated(context, cost))
  assertEvent(event, 'xstate.error.actor.model')
  const isUnsent = unsent.includes(failureFrom(event.error, '').code)
  return isUnsent ? [] : [estimated(context, unanswered(context.left[0]!))]
}

const failureIn = (event: CompletionEvent): Failure => {
  if (event.type === 'xstate.error.actor.model') return failureFrom(event.error, 'model.failed')
  if (event.type === 'budget.refused') return { code: event.code, reason: event.reason }
  if (event.type === 'approval.resolved') return { code: 'model.rate_limited', reason: 'a person chose not to wait' }
  const output = (event as { output: Exclude<ModelOutput, { outcome: 'answered' }> }).output
  if (output.outcome === 'failed') return { code: output.code, reason: output.reason }
  return { code: 'model.rate_limited', reason: output.reason }
}

const words = ({ failures }: CompletionContext): Failure => ({
  code: failures.at(-1)?.code ?? 'model.unconfigured',
  reason:
    failures.length === 0
      ? 'no model is configured'
      : failures.map((each) => `${each.model}: ${each.reason}`).join('; '),
})

/** The question, put to one model at a time. */
export const calling = {
  requestBudget: base.enqueueActions(({ context, enqueue, self }) => {
    const request: BudgetReserve = {
      type: 'budget.reserve',
      at: context.now,
      id: context.address,
      usd: mostUsd(context),
      model: context.left[0]!,
      asker: self,
      ...booking(context),
    }
    tellParent({ enqueue, self }, request)
  }),
  startModel: base.spawnChild('model', {
    id: 'model',
    input: ({ context }) => ({
      directiveId: context.directiveId,
      purpose: context.purpose,
      model: context.left[0]!,
      conversation: context.conversation,
      append: context.append,
      maxOutputTokens: context.maxOutputTokens,
      timeoutMs: context.timeoutMs,
    }),
  }),
  stopModel: base.stopChild('model'),
  settle: base.enqueueActions(({ context, event, enqueue, self }) => {
    const costs = costsIn(context, event)
    const at = instantOf(event, context.now)
    const entries = costs.map((cost): LedgerEntry => ({ ...cost, directive: context.directiveId, ...booking(context) }))
    const news: BudgetSettle = { type: 'budget.settle', at, id: context.address, entries }
    tellParent({ enqueue, self }, news)
    enqueue.assign({ costs: [...context.costs, ...costs], now: at })
  }),
  recordAnswer: base.assign(({ context, event }) => {
    const { answer, durationMs } = (event as { output: Extract<ModelOutput, { outcome: 'answered' }> }).output
    return { answer, workedMs: context.workedMs + durationMs, limit: null }
  }),
  /** The next model in the list has its turn. */
  giveModelUp: base.assign(({ context, event }) => {
    const [model, ...left] = context.left
    const failures = [...context.failures, { model: model!, ...failureIn(event) }]
    return { left, failures, limit: null, parks: 0, now: instantOf(event, context.now) }
  }),
  tellAnswered: base.enqueueActions(({ context, enqueue, self }) => {
    const { now: at, answer, costs, workedMs } = context
    const ended: CompletionEnded = {
      type: 'completion.ended',
      outcome: 'answered',
      at,
      answer: answer!,
      costs,
      workedMs,
    }
    tellParent({ enqueue, self }, ended)
  }),
  tellFailed: base.enqueueActions(({ context, enqueue, self }) => {
    const { now: at, costs, workedMs } = context
    const ended: CompletionEnded = {
      type: 'completion.ended',
      outcome: 'failed',
      at,
      failure: words(context),
      costs,
      workedMs,
    }
    tellParent({ enqueue, self }, ended)
  }),
}
