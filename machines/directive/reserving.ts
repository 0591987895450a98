import { assertEvent } from 'xstate'
import type { BudgetAnswer, Reservation, UpTo } from '../budget.ts'
import type { LedgerEntry } from '../cost.ts'
import { instantOf } from '../instant.ts'
import { base, place, system } from './base.ts'
import { type DirectiveContext, type DirectiveEvent, stepId } from './schema.ts'
import { add } from './spending.ts'

type Budget = DirectiveContext['budget']

const isAt = (address: string, id: string): boolean => address === '' || id === address || id.startsWith(`${address}/`)

const reservedUsd = ({ granted }: Budget): number =>
  granted.reduce((sum, { usd }) => sum + (typeof usd === 'number' ? usd : 0), 0)

const isUpTo = (usd: Reservation['usd']): usd is UpTo => typeof usd === 'object' && usd !== null

/** null: it has to wait until something is settled, or a person raises the limit. */
export const answerTo = (
  { file, totals, exceeded, budget }: Pick<DirectiveContext, 'file' | 'totals' | 'exceeded' | 'budget'>,
  { usd, model }: Reservation,
): { usd: number | null } | { code: string; reason: string } | null => {
  const limit = file.limits.maxTotalCostUsd
  if (limit === undefined) return { usd: isUpTo(usd) ? usd.upTo : usd }
  if (usd === null) {
    const reason = `no price of ${model} is known, so the limit of $${limit} cannot be kept: add a price (0 for a local model) or remove the limit`
    return { code: 'model.price_unknown', reason }
  }
  const left = limit - totals.costUsd - reservedUsd(budget)
  if (exceeded === 'cost' || left <= 0) return null
  return { usd: isUpTo(usd) ? Math.min(left, usd.upTo ?? left) : usd }
}

/** In the order in which they were asked for: nobody small overtakes somebody who waits for more. */
const answered = (context: DirectiveContext): { budget: Budget; answers: [Reservation, BudgetAnswer][] } => {
  const [answers, waiting] = [[] as [Reservation, BudgetAnswer][], [...context.budget.waiting]]
  let { granted } = context.budget
  for (let next = waiting[0]; next; next = waiting[0]) {
    const answer = answerTo({ ...context, budget: { granted, waiting } }, next)
    if (answer === null) break
    waiting.shift()
    const at = context.now
    if ('usd' in answer) granted = [...granted, { ...next, usd: answer.usd }]
    answers.push([
      next,
      'usd' in answer ? { type: 'budget.granted', at, ...answer } : { type: 'budget.refused', at, ...answer },
    ])
  }
  return { budget: { granted, waiting }, answers }
}

const without = ({ granted, waiting }: Budget, isEnded: (id: string) => boolean): Budget => ({
  granted: granted.filter(({ id }) => !isEnded(id)),
  waiting: waiting.filter(({ id }) => !isEnded(id)),
})

/**
 * A call under way that nobody waits for any more: it was made, and nobody will say what it cost. A model's can have cost
 * what was reserved, which then counts; what an agent's command line had spent until then nobody knows.
 */
const forgone = (directive: string, { step, activity, attempt, model, usd }: Reservation): LedgerEntry => {
  const most = activity !== 'contractor' && typeof usd === 'number' ? usd : null
  return {
    directive,
    step,
    activity,
    attempt,
    model,
    tokens: { in: 0, out: 0, cached: 0, reasoning: 0 },
    usd: most,
    source: most === null ? 'unknown' : 'estimated',
  }
}

export const costIncurred = (context: DirectiveContext, entry: LedgerEntry) => {
  const usd = entry.usd === null ? 'an unknown amount' : `$${entry.usd}`
  const message = `${usd} for ${entry.activity}${entry.step === null ? '' : ` of ${entry.step}`}`
  const data = { message, ...entry }
  return { type: 'cost.incurred', severity: 'info', actor: system, ...place(context), data } as const
}

/** Ends the reservations of whoever was stopped at these addresses, and below them. */
const release = (addresses: (scope: { context: DirectiveContext; event: DirectiveEvent }) => string[]) =>
  base.enqueueActions(({ context, event, enqueue }) => {
    const { budget } = context
    if (budget.granted.length + budget.waiting.length === 0) return
    const gone = addresses({ context, event })
    const isGone = (id: string) => gone.some((address) => isAt(address, id))
    const entries = budget.granted.filter(({ id }) => isGone(id)).map((each) => forgone(context.id, each))
    for (const entry of entries) enqueue.emit(costIncurred(context, entry))
    enqueue.assign({
      budget: without(budget, isGone),
      ledger: [...context.ledger, ...entries],
      totals: add(context.totals, entries),
    })
  })

/** Money before it is spent: what calls may cost is reserved, so that a limit is overrun by one of them at most. */
export const reserving = {
  recordReservation: base.assign(({ context, event }) => {
    assertEvent(event, 'budget.reserve')
    const { type: _, at: __, ...reservation } = event
    const { granted, waiting } = context.budget
    return { budget: { granted, waiting: [...waiting, reservation] }, now: instantOf(event, context.now) }
  }),
  answerReservations: base.enqueueActions(({ context, enqueue }) => {
    if (context.budget.waiting.length === 0) return
    const { budget, answers } = answered(context)
    if (answers.length === 0) return
    for (const [{ asker }, answer] of answers) enqueue.sendTo(asker, answer)
    enqueue.assign({ budget })
  }),
  /** Of a planner, or of the judge of the final review: calls below steps are in the ledgers there. */
  recordSettlement: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'budget.settle')
    for (const entry of event.entries) enqueue.emit(costIncurred(context, entry))
    enqueue.assign({
      budget: without(context.budget, (id) => id === event.id),
      ledger: [...context.ledger, ...event.entries],
      totals: add(context.totals, event.entries),
      now: instantOf(event, context.now),
    })
  }),
  endReservation: base.assign(({ context, event }) => {
    assertEvent(event, 'step.spent')
    const { settled } = event
    if (!settled) return {}
    if (!settled.open) return { budget: without(context.budget, (id) => id === settled.id) }
    const spent = event.costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0)
    const granted = context.budget.granted.map((each) =>
      each.id === settled.id && typeof each.usd === 'number' ? { ...each, usd: Math.max(0, each.usd - spent) } : each,
    )
    return { budget: { ...context.budget, granted } }
  }),
  /** A step tells where it is only when nothing in it thinks any more. */
  releaseStep: release(({ event }) => {
    assertEvent(event, 'step.changed')
    return [stepId(event.name, event.generation)]
  }),
  /** All at once, before one of them that waits is given what another has freed. */
  releaseSuperseded: release(({ context }) => Object.values(context.steps).map(({ id }) => id)),
  releaseInterrupted: release(({ context, event }) => {
    assertEvent(event, 'directive.pause')
    if (event.mode !== 'interrupt') return []
    return Object.values(context.steps).flatMap(({ id, state }) => (state === 'running' ? [id] : []))
  }),
  releaseDefect: release(({ event }) => [(event as { actorId: string }).actorId]),
  releaseThinkers: release(() => ['planner', 'judge']),
  noteQuestion: base.assign(({ context, event }) => ({ asked: true, now: instantOf(event, context.now) })),
  forgetQuestion: base.assign(({ context, event }) => ({ asked: false, now: instantOf(event, context.now) })),
  releaseAll: release(() => ['']),
}
