import { assertEvent } from 'xstate'
import type { Cost } from '../cost.ts'
import { instantOf } from '../instant.ts'
import { base, place, system } from './base.ts'
import { announceAloud } from './notifying.ts'
import type { DirectiveContext, DirectiveEvent, Limit } from './schema.ts'

/** Milliseconds of wall time left; only asked where there is a limit. */
export const wallTimeLeft = ({ file, totals }: DirectiveContext): number =>
  Math.max(0, file.limits.maxWallTimeMinutes! * 60_000 - totals.wallTimeMs)

export const add = (totals: DirectiveContext['totals'], costs: readonly Cost[]): DirectiveContext['totals'] => ({
  ...totals,
  // Six digits: a sum of cents must not drift by binary fractions.
  costUsd: Number(costs.reduce((sum, cost) => sum + (cost.usd ?? 0), totals.costUsd).toFixed(6)),
  unknownCosts: totals.unknownCosts + costs.filter((cost) => cost.usd === null).length,
  tokens: costs.reduce((sum, { tokens }) => sum + tokens.in + tokens.out, totals.tokens),
})

/** A span that its own timer ended has lasted exactly what was left; any other ends when the event says. */
const spanEnd = (context: DirectiveContext, event: DirectiveEvent): number =>
  String(event.type).startsWith('xstate.after.wallTimeLeft')
    ? context.runningSince! + wallTimeLeft(context)
    : instantOf(event, context.now)

const record = (exceeded: Limit) => base.assign({ exceeded })

/** Money and time. */
export const spending = {
  addCosts: base.assign(({ context, event }) => {
    assertEvent(event, 'step.spent')
    return { totals: add(context.totals, event.costs), now: instantOf(event, context.now) }
  }),
  recordPlanningCosts: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'xstate.done.actor.planner')
    if (event.output.costs.length === 0) return
    const attempt = context.planning.attempts + 1
    const entries = event.output.costs.map((cost) => ({
      ...cost,
      directive: context.id,
      step: null,
      activity: 'planner',
      attempt,
    }))
    for (const entry of entries) {
      const message = `${entry.usd === null ? 'an unknown amount' : `$${entry.usd}`} for planning`
      enqueue.emit({ type: 'cost.incurred', severity: 'info', actor: system, data: { message, ...entry } })
    }
    enqueue.assign({ ledger: [...context.ledger, ...entries], totals: add(context.totals, event.output.costs) })
  }),
  startSpan: base.assign(({ context, event }) => {
    const now = instantOf(event, context.now)
    return { now, runningSince: now }
  }),
  endSpan: base.assign(({ context, event }) => {
    if (context.runningSince === null) return {}
    const now = spanEnd(context, event)
    const wallTimeMs = context.totals.wallTimeMs + now - context.runningSince
    return { now, runningSince: null, totals: { ...context.totals, wallTimeMs } }
  }),
  recordCostExceeded: record('cost'),
  recordTimeExceeded: record('wall_time'),
  announceBreaker: announceAloud(({ context }) => {
    const { totals, file } = context
    const cost = context.exceeded === 'cost'
    return {
      type: 'breaker.tripped',
      severity: 'error',
      actor: system,
      ...place(context),
      data: {
        message: cost
          ? `spent $${totals.costUsd} of $${file.limits.maxTotalCostUsd}`
          : `ran ${Math.round(totals.wallTimeMs / 60_000)} of ${file.limits.maxWallTimeMinutes} minutes`,
        limit: context.exceeded,
        costUsd: totals.costUsd,
        wallTimeMs: totals.wallTimeMs,
        onLimit: file.limits.onLimit,
      },
    }
  }),
  attendToLimit: base.assign(({ context }) => ({
    attention: {
      code: `limit.${context.exceeded}_exceeded`,
      reason: `the ${context.exceeded === 'cost' ? 'cost' : 'wall time'} limit is reached`,
    },
  })),
  raiseLimits: base.assign(({ context, event }) => {
    assertEvent(event, 'approval.resolved')
    const limits = { ...context.file.limits, ...event.answer.limits }
    return { file: { ...context.file, limits }, exceeded: null, now: instantOf(event, context.now) }
  }),
}
