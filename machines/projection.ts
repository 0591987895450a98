import type { ApprovalContext } from './approval/schema.ts'
import type { ChainContext } from './chain/machine.ts'
import type { CompletionContext } from './completion/schema.ts'
import { parkedFor } from './completion/waiting.ts'
import type { ContractContext } from './contract/schema.ts'
import type { CourierContext } from './courier/schema.ts'
import type { LedgerEntry } from './cost.ts'
import type { DirectiveContext } from './directive/schema.ts'
import type { StepContext } from './step/schema.ts'

type AnyContext =
  CompletionContext | DirectiveContext | StepContext | ContractContext | ApprovalContext | ChainContext | CourierContext
/** What of an actor's snapshot is read here. */
type Seen = { readonly value: unknown; readonly context?: unknown }
/** A row of a list. `key` is what the list is filtered by: the state. */
export type Row = { kind: string; key: string; data: unknown }

/** The outermost state's name. */
const stateOf = (value: unknown): string => (typeof value === 'string' ? value : Object.keys(value as object)[0]!)

/** The whole value as a path: `evaluating.awaitingApproval`; of parallel states the first. */
const detailOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  const [name, inner] = Object.entries(value as object)[0]!
  return `${name}.${detailOf(inner)}`
}

const countsOf = ({ steps }: DirectiveContext) => {
  const counts: Record<string, number> = { total: 0 }
  for (const { state, waiting } of Object.values(steps)) {
    counts.total!++
    const name = waiting ? 'waiting' : state
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

const directiveRow = (context: DirectiveContext, value: unknown): Row => {
  const { id, file, source, createdAt, startedAt, finishedAt, totals, attention, outcome } = context
  const state = stateOf(value)
  return {
    kind: 'directive',
    key: state,
    data: {
      id,
      title: file.title,
      state,
      detail: detailOf(value),
      autonomy: file.autonomy,
      planner: source,
      createdAt,
      startedAt,
      finishedAt,
      totals,
      steps: countsOf(context),
      chainId: context.chainId,
      chainGeneration: context.chainGeneration,
      /** Nothing moves before a person does something: the condition that stops the wall time. */
      waiting: context.runningSince === null && outcome === null,
      attention,
      outcome,
      resultBranch: context.resultBranch,
      resultCommit: context.resultCommit,
      pullRequest: context.publication?.url ?? null,
    },
  }
}

const stepRow = (context: StepContext, value: unknown): Row => ({
  kind: 'step',
  key: stateOf(value),
  data: {
    id: context.id,
    name: context.step.name,
    type: context.step.type,
    description: context.step.description.slice(0, 500),
    generation: context.generation,
    chainId: context.chainId,
    state: stateOf(value),
    detail: detailOf(value),
    dependsOn: context.step.dependsOn,
    parallelGroup: context.step.parallelGroup ?? null,
    position: context.position,
    executor: context.step.contract.executor.kind,
    contractId: context.contractId,
    attempt: context.attempt,
    reworkCount: context.reworkCount,
    confidence: context.confidence,
    summary: context.evaluation?.summary ?? null,
    blocked: context.blocked,
    skipped: context.skipped,
    commit: context.evidence?.commit ?? context.result?.commit ?? null,
    mergeCommit: context.result?.mergeCommit ?? null,
  },
})

const contractRow = (context: ContractContext, value: unknown): Row => ({
  kind: 'contract',
  key: stateOf(value),
  data: {
    id: context.terms.id,
    name: context.terms.name,
    stepId: context.stepId,
    state: stateOf(value),
    executor: context.terms.executor.kind,
    attempt: context.attempt,
    phase: context.phase,
    progress: context.progress,
    lease: context.lease && { worker: context.lease.worker, fence: context.lease.fence, until: context.lease.until },
    workspace: context.workspace,
    logs: context.evidence?.logs.path ?? null,
  },
})

/** Only while it waits for somebody from outside; the key says for whom. */
const offerRows = ({ directiveId, stepId, terms, attempt, workspace, now }: ContractContext, value: unknown): Row[] => {
  const { executor } = terms
  const facts = { contractId: terms.id, directiveId, stepId, name: terms.name, attempt, since: now }
  if (executor.kind === 'external' && detailOf(value) === 'working.offered')
    return [{ kind: 'offer', key: 'worker', data: { ...facts, labels: executor.labels } }]
  if (executor.kind === 'human' && detailOf(value) === 'working.awaitingPerson')
    return [{ kind: 'offer', key: 'person', data: { ...facts, note: executor.note ?? null, path: workspace!.path } }]
  return []
}

const approvalRow = ({ request, answer }: ApprovalContext, value: unknown): Row => ({
  kind: 'approval',
  key: stateOf(value),
  data: { ...request, state: stateOf(value), answer },
})

const chainRow = ({ definition, positions: _, ...facts }: ChainContext, value: unknown): Row => ({
  kind: 'chain',
  key: stateOf(value),
  data: { ...facts, name: definition.name, steps: definition.steps.length },
})

// The key tells entries of one actor apart: there is no other facet worth filtering by.
const costRows = (ledger: readonly LedgerEntry[]): Row[] =>
  ledger.map((entry, index) => ({ kind: 'cost', key: String(index + 1).padStart(6, '0'), data: entry }))

/** Only while it waits for a provider: a row for every call would be written and taken away for nothing. */
const waitRows = (context: CompletionContext, value: unknown): Row[] => {
  if (value !== 'parked') return []
  const { address, purpose, left, limit, place } = context
  const until = context.now + parkedFor(context)
  const data = { address, purpose, model: left[0], until, reason: limit!.reason, ...place }
  return [{ kind: 'wait', key: 'rate_limit', data }]
}

// Two deliveries of one courier would share a row if they were told apart by their state.
const noticeRows = ({ directiveId, deliveries }: CourierContext): Row[] =>
  deliveries.map((delivery) => ({ kind: 'notice', key: delivery.id, data: { directiveId, ...delivery } }))

/** The rows of lists that one actor of a directive's system contributes, from its snapshot alone. */
export const project = ({ value, context }: Seen): Row[] => {
  const known = context as AnyContext | undefined
  switch (known?.kind) {
    case 'directive':
      return [directiveRow(known, value), ...costRows(known.ledger)]
    case 'step':
      return [stepRow(known, value), ...costRows(known.ledger)]
    case 'contract':
      return [contractRow(known, value), ...offerRows(known, value), ...costRows(known.ledger)]
    case 'approval':
      return [approvalRow(known, value)]
    case 'chain':
      return [chainRow(known, value)]
    case 'completion':
      return waitRows(known, value)
    case 'courier':
      return noticeRows(known)
    default:
      return []
  }
}
