import { assertEvent } from 'xstate'
import type { ContractorInput, ContractorOutput, WorkspaceInput } from '../activities/index.ts'
import { type Cost, costsBeyond, type LedgerEntry, Spending } from '../cost.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { tellParent } from '../parent.ts'
import { announceCosts, base, place, worker } from './base.ts'
import {
  addressOf,
  type AttemptFailure,
  type ContractContext,
  type ContractEvent,
  type ContractNews,
} from './schema.ts'

/** Beyond the attempt's own limit, which the contractor keeps: for one that never comes back. */
export const graceMs = 5 * 60_000

const workspaceInput = (context: ContractContext): WorkspaceInput => ({
  directiveId: context.directiveId,
  contractId: context.terms.id,
  step: context.terms.step,
  generation: context.terms.generation,
  attempt: context.attempt,
  repository: context.repository,
  freshBase: context.freshBase,
})

const contractorInput = (context: ContractContext): ContractorInput => {
  const { executor } = context.terms
  const idleSeconds = 'idleSeconds' in executor ? executor.idleSeconds : undefined
  return {
    directiveId: context.directiveId,
    contract: {
      ...context.terms,
      attempt: context.attempt,
      phase: context.phase,
      instructions: context.instructions,
    },
    workspace: context.workspace!,
    session: context.session,
    timeoutMs: context.timeoutMs,
    idleMs: idleSeconds === undefined ? null : idleSeconds * 1000,
    budgetUsd: context.budgetUsd,
    concluded: context.concluded,
    handover: context.handover,
  }
}

const entries = (context: ContractContext, costs: readonly Cost[]): LedgerEntry[] =>
  costs.map((cost) => ({
    ...cost,
    directive: context.directiveId,
    step: context.terms.step,
    activity: 'contractor',
    attempt: context.attempt,
  }))

const tellingOfCosts = [
  'contract.cost',
  'contract.heartbeat',
  'contract.deliver',
  'contract.fail',
  'contract.release',
  'xstate.done.actor.contractor',
] as const

/** A contract that was begun by an older version has not counted. */
type Counting = { counted?: number }

/** What an event says was spent beyond what is known already, and how many entries are known with it. */
const costsIn = (event: ContractEvent, { counted = 0 }: Counting): { costs: Cost[]; counted: number } => {
  assertEvent(event, tellingOfCosts)
  const { spent, costs = [] } = event.type === 'xstate.done.actor.contractor' ? event.output : { spent: event.spent }
  if (!spent) return { costs, counted }
  const told = Spending.parse(spent)
  const known = Math.max(counted, told.from + told.costs.length)
  return { costs: [...costsBeyond(counted, told), ...costs], counted: known }
}

const failureIn = (event: ContractEvent, context: ContractContext): AttemptFailure => {
  if (event.type === 'xstate.done.actor.contractor' && event.output.outcome === 'failed') {
    const { code, reason, outputTail, exitCode } = event.output
    return { code, reason, outputTail, exitCode }
  }
  if (event.type === 'xstate.error.actor.contractor' || event.type === 'xstate.error.actor.workspace') {
    const failure = failureFrom(
      event.error,
      event.type.endsWith('workspace') ? 'workspace.failed' : 'contractor.failed',
    )
    return { ...failure, outputTail: '', exitCode: null }
  }
  const reason = `nothing was delivered within ${Math.round(context.timeoutMs / 60_000)} minutes`
  return { code: 'executor.timed_out', reason, outputTail: '', exitCode: null }
}

export const actions = {
  startWorkspace: base.spawnChild('workspace', { id: 'workspace', input: ({ context }) => workspaceInput(context) }),
  stopWorkspace: base.stopChild('workspace'),
  recordWorkspace: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.workspace')
    const { path, branch, baseCommit, setup: done } = event.output
    return { workspace: { path, branch, baseCommit }, setup: done, now: instantOf(event, context.now) }
  }),

  startContractor: base.spawnChild('contractor', {
    id: 'contractor',
    input: ({ context }) => contractorInput(context),
  }),
  stopContractor: base.stopChild('contractor'),
  recordProgress: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.progress')
    const { type: _, ...progress } = event
    return { progress, now: instantOf(event, context.now) }
  }),
  announceProgress: base.emit(({ context, event }) => ({
    type: 'contract.progress',
    severity: 'debug',
    actor: worker(context),
    ...place(context),
    data: {
      message: event.type === 'contract.progress' ? event.message : `phase ${context.phase}`,
      phase: context.phase,
      attempt: context.attempt,
      ...(event.type === 'contract.progress' && event.percent !== undefined && { percent: event.percent }),
    },
  })),
  recordPhase: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.phase')
    return { phase: event.phase, now: instantOf(event, context.now) }
  }),
  recordCosts: base.enqueueActions(({ context, event, enqueue, self }) => {
    const { costs, counted } = costsIn(event, context)
    const { reserved } = context
    if (costs.length === 0 && !reserved) return
    const at = instantOf(event, context.now)
    const found = entries(context, costs)
    enqueue.assign({ ledger: [...context.ledger, ...found], counted, now: at })
    announceCosts(context, found, enqueue)
    const settled = reserved ? { id: addressOf(context), open: event.type === 'contract.cost' } : null
    const news: ContractNews = { type: 'contract.spent', at, costs, settled }
    tellParent({ enqueue, self }, news)
  }),

  recordDelivery: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.contractor')
    const { evidence, session } = event.output as Extract<ContractorOutput, { outcome: 'delivered' }>
    return { evidence, session: session ?? context.session, failure: null, now: instantOf(event, context.now) }
  }),
  recordFailure: base.assign(({ context, event }) => ({
    failure: failureIn(event, context),
    session: (event.type === 'xstate.done.actor.contractor' ? event.output.session : null) ?? context.session,
    now: instantOf(event, context.now),
  })),
  tellDelivered: base.enqueueActions(({ context, enqueue, self }) => {
    const { now: at, attempt, evidence, workspace } = context
    const news: ContractNews = { type: 'contract.delivered', at, attempt, evidence: evidence!, workspace: workspace! }
    tellParent({ enqueue, self }, news)
  }),
  tellFailed: base.enqueueActions(({ context, enqueue, self }) => {
    const news: ContractNews = {
      type: 'contract.failed',
      at: context.now,
      attempt: context.attempt,
      failure: context.failure!,
      begun: context.workspace !== null,
    }
    tellParent({ enqueue, self }, news)
  }),
  beginAgain: base.assign(({ context, event }) => ({
    phase: context.initialPhase,
    progress: null,
    lease: null,
    workspace: null,
    now: instantOf(event, context.now),
  })),
  beginRework: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.rework')
    const { instructions, freshBase } = event
    return {
      attempt: context.attempt + 1,
      instructions,
      freshBase,
      evidence: null,
      failure: null,
      concluded: null,
      handover: null,
      counted: 0,
    }
  }),
}
