import { assertEvent } from 'xstate'
import type { EmittedEvent } from '../emitted-event.ts'
import type { ExternalExecutor } from '../executor.ts'
import { instantOf } from '../instant.ts'
import { emitAndRaise, tellParent } from '../parent.ts'
import { base, place, worker } from './base.ts'
import type { ContractContext, Lease } from './schema.ts'

const external = ({ terms }: ContractContext) => terms.executor as ExternalExecutor

/** Milliseconds until the worker's silence has an end, one way or another. */
export const silenceAllowed = ({ lease, now }: ContractContext): number =>
  Math.min(lease!.until, lease!.idleAt ?? Infinity) - now

const idleAtFrom = (context: ContractContext, now: number): number | null => {
  const { idleSeconds } = external(context)
  return idleSeconds === undefined ? null : now + idleSeconds * 1000
}

const untilFrom = (context: ContractContext, now: number): number => now + external(context).leaseSeconds * 1000

const nobody = { type: 'system', id: 'adjutant' } as const

/** The contract's dealings with workers on other machines, and with persons who do the work themselves. */
export const leasing = {
  withhold: base.assign({ withheld: true, now: ({ context, event }) => instantOf(event, context.now) }),
  unwithhold: base.assign({ withheld: false, now: ({ context, event }) => instantOf(event, context.now) }),
  withdraw: base.emit(({ context }) => ({
    type: 'contract.withdrawn',
    severity: 'info',
    actor: nobody,
    ...place(context),
    data: {
      message: `${context.terms.step} is offered to nobody while its directive is paused`,
      attempt: context.attempt,
    },
  })),
  beginOffering: base.assign(({ context }) => ({ lease: null, progress: null, phase: context.initialPhase })),
  offer: base.enqueueActions(({ context, enqueue }) => {
    const { labels } = external(context)
    const wanted = labels.length === 0 ? '' : ` with ${labels.join(', ')}`
    enqueue.emit({
      type: 'contract.offered',
      severity: 'info',
      actor: nobody,
      ...place(context),
      data: { message: `${context.terms.step} waits for a worker${wanted}`, labels, attempt: context.attempt },
    })
  }),
  recordClaim: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'contract.claim')
    const now = instantOf(event, context.now)
    const fence = context.fence + 1
    const { by, claim } = event
    const lease: Lease = { worker: by, claim, fence, until: untilFrom(context, now), idleAt: idleAtFrom(context, now) }
    enqueue.assign({ fence, lease, counted: 0, now })
    enqueue.emit({
      type: 'contract.claimed',
      severity: 'info',
      actor: { type: 'worker', id: by },
      ...place(context),
      data: { message: `${by} works on ${context.terms.step}`, worker: by, fence, attempt: context.attempt },
    })
  }),
  /** A bare beat says that the worker lives; anything else is progress. */
  recordHeartbeat: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'contract.heartbeat')
    const { message, percent, phase, logBytes, spent } = event
    const now = instantOf(event, context.now)
    const advanced = [message, percent, phase, logBytes, spent].some((part) => part !== undefined)
    const idleAt = advanced ? idleAtFrom(context, now) : context.lease!.idleAt
    const told = message !== undefined || percent !== undefined
    const progress = told ? { message: message ?? '', ...(percent !== undefined && { percent }), at: now } : null
    const known = phase !== undefined && context.terms.phases.includes(phase) ? phase : context.phase
    enqueue.assign({
      lease: { ...context.lease!, until: untilFrom(context, now), idleAt },
      progress: progress ?? context.progress,
      phase: known,
      now,
    })
    if (progress === null && known === context.phase) return
    const said = progress?.message || `phase ${known}`
    enqueue.emit({
      type: 'contract.progress',
      severity: 'debug',
      actor: worker(context),
      ...place(context),
      data: { ...progress, message: said, phase: known, attempt: context.attempt },
    })
  }),
  recordLapse: base.emit(({ context }) => ({
    type: 'contract.lapsed',
    severity: 'warning',
    actor: nobody,
    ...place(context),
    data: {
      message: `${context.lease!.worker} was not heard of for ${external(context).leaseSeconds} s; ${context.terms.step} is offered again`,
      worker: context.lease!.worker,
      fence: context.lease!.fence,
      attempt: context.attempt,
    },
  })),
  recordRelease: base.assign({ now: ({ context, event }) => instantOf(event, context.now) }),
  recordIdleness: base.assign(({ context }) => {
    const reason = `${context.lease!.worker} reported no progress for ${external(context).idleSeconds} s`
    return { failure: { code: 'executor.idle', reason, outputTail: '', exitCode: null } }
  }),
  recordHandover: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.deliver')
    const { delivery, summary, by } = event
    const named = by === undefined || by === 'user' ? null : by
    const bringer = context.lease ? `worker:${context.lease.worker}` : named
    return { handover: { delivery, summary, by: bringer }, now: instantOf(event, context.now) }
  }),
  recordGivenUp: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.fail')
    const { code, reason, outputTail = '', exitCode = null } = event
    return { failure: { code, reason, outputTail, exitCode }, now: instantOf(event, context.now) }
  }),
  /** A worker asks by itself; a person has to hear of it. */
  announcePersonsWork: base.enqueueActions(({ context, enqueue, self }) => {
    const event: EmittedEvent = {
      type: 'contract.offered',
      severity: 'warning',
      actor: nobody,
      ...place(context),
      data: {
        message: `${context.terms.step} waits for a person to do it in ${context.workspace!.path}`,
        path: context.workspace!.path,
        attempt: context.attempt,
      },
    }
    emitAndRaise({ enqueue, self }, context.now, event)
  }),
  awaitPerson: base.enqueueActions(({ context, enqueue, self }) =>
    tellParent({ enqueue, self }, { type: 'person.awaited', at: context.now }),
  ),
  endAwaiting: base.enqueueActions(({ context, event, enqueue, self }) =>
    tellParent({ enqueue, self }, { type: 'person.answered', at: instantOf(event, context.now) }),
  ),
}
