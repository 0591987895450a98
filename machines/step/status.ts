import { assertEvent } from 'xstate'
import { costOf } from '../cost.ts'
import { instantOf } from '../instant.ts'
import { emitAndRaise, passOn, tellParent } from '../parent.ts'
import { base, place, system } from './base.ts'
import type { StepContext, StepNews, StepState } from './schema.ts'

const failureOf = ({ blocked, evaluation }: StepContext) =>
  blocked && { summary: `${blocked.code}: ${blocked.reason}`, instructions: evaluation?.reworkInstructions ?? '' }

/** What the directive needs to know of the step, and no more: it keeps this for every step of the chain. */
const newsOf = (context: StepContext, state: StepState, waiting: boolean): StepNews => ({
  type: 'step.changed',
  at: context.now,
  name: context.step.name,
  generation: context.generation,
  state,
  waiting,
  reworkCount: context.reworkCount,
  confidence: context.confidence,
  result: state === 'passed' ? context.result : null,
  failure: state === 'blocked' ? failureOf(context) : null,
})

const tell = (state: StepState, waiting = false) =>
  base.enqueueActions(({ context, enqueue, self }) => tellParent({ enqueue, self }, newsOf(context, state, waiting)))

const announce = (state: StepState) =>
  base.emit(({ context }) => ({
    type: 'step.status_changed',
    severity: state === 'blocked' ? 'error' : state === 'rework' ? 'warning' : 'info',
    actor: system,
    ...place(context),
    data: { message: `${context.step.name} is ${state}`, state, attempt: context.attempt },
  }))

/** The step's state, to the directive and to the world. */
export const status = {
  tellRunning: tell('running'),
  tellRunningWaits: tell('running', true),
  tellEvaluating: tell('evaluating'),
  tellWaiting: tell('evaluating', true),
  tellRework: tell('rework'),
  tellBlocked: tell('blocked'),
  tellPassed: tell('passed'),
  tellSkipped: tell('skipped'),
  announceReady: announce('ready'),
  announceRunning: announce('running'),
  announceEvaluating: announce('evaluating'),
  announceRework: announce('rework'),
  announceBlocked: announce('blocked'),
  announcePassed: announce('passed'),
  announceSkipped: announce('skipped'),
  announceStart: base.emit(({ context }) => ({
    type: 'step.started',
    severity: 'info',
    actor: system,
    ...place(context),
    data: {
      message: `${context.step.name} starts, attempt ${context.attempt}`,
      attempt: context.attempt,
      executor: context.step.contract.executor.kind,
      contractId: context.contractId,
    },
  })),
  explainBlock: base.enqueueActions(({ context, enqueue, self }) => {
    emitAndRaise({ enqueue, self }, context.now, {
      type: 'step.blocked',
      severity: 'error',
      actor: system,
      ...place(context),
      data: { message: `${context.step.name} is blocked: ${context.blocked!.reason}`, ...context.blocked! },
    })
  }),
  passOn: base.enqueueActions(passOn),
  /** A judge's: it has no ledger of its own. */
  recordSettlement: base.enqueueActions(({ context, event, enqueue, self }) => {
    assertEvent(event, 'budget.settle')
    const at = instantOf(event, context.now)
    for (const entry of event.entries) {
      const message = `${entry.usd === null ? 'an unknown amount' : `$${entry.usd}`} for ${entry.activity} of ${entry.step}`
      enqueue.emit({
        type: 'cost.incurred',
        severity: 'info',
        actor: system,
        ...place(context),
        data: { message, ...entry },
      })
    }
    enqueue.assign({ ledger: [...context.ledger, ...event.entries], now: at })
    const settled = { id: event.id, open: false }
    const news: StepNews = { type: 'step.spent', at, costs: event.entries.map(costOf), settled }
    tellParent({ enqueue, self }, news)
  }),
  noteTime: base.assign({ now: ({ context, event }) => instantOf(event, context.now) }),
  passCostsOn: base.enqueueActions(({ context, event, enqueue, self }) => {
    assertEvent(event, 'contract.spent')
    const { costs, settled } = event
    const news: StepNews = { type: 'step.spent', at: instantOf(event, context.now), costs, settled }
    tellParent({ enqueue, self }, news)
  }),
  /** Red without a rework left, unless something more exact is known. */
  recordBlock: base.assign({
    blocked: ({ context }) =>
      context.blocked ?? {
        code: context.failure?.code ?? 'evaluation.red',
        reason: `${context.evaluation!.summary}, after ${context.reworkCount} rework${context.reworkCount === 1 ? '' : 's'}`,
      },
  }),
  recordRefusal: base.assign(({ context, event }) => {
    assertEvent(event, 'approval.resolved')
    const { decision, respondedBy, comment } = event.answer
    const who = respondedBy === null ? '' : ` by ${respondedBy}`
    return {
      blocked: {
        code: `approval.${decision}`,
        reason: `the approval was ${decision}${who}${comment ? `: ${comment}` : ''}`,
      },
      now: instantOf(event, context.now),
    }
  }),
  recordPersonsApproval: base.assign(({ context, event }) => {
    assertEvent(event, 'step.approve')
    const resolvedAt = instantOf(event, context.now)
    const respondedBy = event.by ?? 'user'
    const answer = { decision: 'approved' as const, choice: 'accept', respondedBy, comment: event.reason, resolvedAt }
    return { answer, blocked: null, override: true, publishAttempts: 0, now: resolvedAt }
  }),
  keepResult: base.assign(({ context }) => ({
    blocked: null,
    result: context.result ?? {
      description: context.step.description.slice(0, 500),
      commit: context.evidence?.commit ?? null,
      mergeCommit: context.merge?.mergeCommit ?? null,
      score: context.evaluation!.score,
      level: context.evaluation!.level,
      summary: context.evidence!.summary.slice(0, 500),
    },
  })),
  recordAbandonment: base.assign(({ context, event }) => {
    assertEvent(event, ['step.abandon', 'step.skip'])
    return { skipped: event.reason || 'skipped by a person', now: instantOf(event, context.now) }
  }),
}
