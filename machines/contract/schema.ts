import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { AgentEnded } from '../agent/schema.ts'
import type {
  ContractBrief,
  ContractorInput,
  ContractorOutput,
  ContractReport,
  Handover,
  Workspace,
  WorkspaceOutput,
} from '../activities/index.ts'
import type { BudgetAnswer, BudgetReserve, BudgetSettle, Settled } from '../budget.ts'
import type { ContractCommand } from '../commands.ts'
import type { Cost, LedgerEntry } from '../cost.ts'
import type { Repository } from '../directive-file.ts'
import type { Evidence } from '../evidence.ts'
import type { Executor } from '../executor.ts'
import type { Failure } from '../failure.ts'
import type { Models, RateLimitPolicy } from '../models.ts'
import type { NoticeRaised, PersonAwaited } from '../notification.ts'

/** What the agreement is about; all of it fixed when the step first runs. */
export type ContractInput = {
  directiveId: string
  chainId: string
  stepId: string
  terms: Omit<ContractBrief, 'attempt' | 'phase' | 'instructions'>
  initialPhase: string
  repository: Repository | null
  /** For one attempt. */
  timeoutMs: number
  models: Models
  onRateLimit: RateLimitPolicy
  /** The latest instant known to the step. */
  at: number
}

/** Who does the work: can never answer an approval of it. */
export const executorOf = (contractId: string, executor: Executor): string => `${executor.kind}:${contractId}`

export type AttemptFailure = Failure & { outputTail: string; exitCode: number | null }

/** Under which a worker has the contract. Instants; `idleAt` null: it may work silently. */
export type Lease = { worker: string; claim: string; fence: number; until: number; idleAt: number | null }

export type ContractContext = {
  kind: 'contract'
  directiveId: string
  chainId: string
  stepId: string
  terms: ContractInput['terms']
  initialPhase: string
  repository: Repository | null
  timeoutMs: number
  models: Models
  onRateLimit: RateLimitPolicy
  /** Who does the work: can never answer an approval of it. */
  executedBy: string
  attempt: number
  phase: string
  instructions: string | null
  freshBase: boolean
  /** Of the present attempt. */
  workspace: Workspace | null
  setup: WorkspaceOutput['setup']
  /** The agent's own, to resume it; the built-in agent's is the last piece of its conversation, as JSON. */
  session: string | null
  /** What the built-in agent delivered, until it is closed. */
  concluded: ContractorInput['concluded']
  /** Nobody may claim it: the directive is paused. */
  withheld: boolean
  /** The last lease's number. Never used again, so what an earlier worker still says is recognised. */
  fence: number
  lease: Lease | null
  /** What a worker or a person brought, until it is taken over. */
  handover: Handover | null
  /** For an agent's attempt: what is reserved for it; null: no limit. */
  budgetUsd: number | null
  reserved: boolean
  evidence: Evidence | null
  failure: AttemptFailure | null
  progress: { message: string; percent?: number; at: number } | null
  ledger: LedgerEntry[]
  /** How many entries of what this attempt (of a worker: this lease) has spent are in the ledger. */
  counted: number
  /** The latest instant known. */
  now: number
}

/** Within the directive's system. */
export const addressOf = ({ stepId }: Pick<ContractContext, 'stepId'>): string => `${stepId}/contract`

/** From the step. */
export type ContractOrder =
  | { type: 'contract.start'; at: number }
  /** Give up the attempt but not the contract: it starts again later, which is no rework. */
  | { type: 'contract.interrupt'; at: number }
  /** Not to be offered for now, and again. A claim goes on. */
  | { type: 'contract.withhold'; at: number }
  | { type: 'contract.offer'; at: number }
  | { type: 'contract.rework'; at: number; instructions: string; freshBase: boolean }
  | { type: 'contract.accept'; at: number }
  | { type: 'contract.cancel'; at: number }

export type ContractEvent =
  | ContractOrder
  | ContractReport
  | ContractCommand
  | AgentEnded
  | BudgetReserve
  | BudgetAnswer
  | BudgetSettle
  | NoticeRaised
  | PersonAwaited
  | { type: 'xstate.error.actor.agent'; error: unknown; actorId: string }
  | ActivityDone<'workspace', WorkspaceOutput>
  | ActivityError<'workspace'>
  | ActivityDone<'contractor', ContractorOutput>
  | ActivityError<'contractor'>

/** To the step. */
export type ContractNews =
  | { type: 'contract.delivered'; at: number; attempt: number; evidence: Evidence; workspace: Workspace }
  /** Not `begun`: there was no workspace, so the executor has done nothing wrong and could do nothing better. */
  | { type: 'contract.failed'; at: number; attempt: number; failure: AttemptFailure; begun: boolean }
  | { type: 'contract.spent'; at: number; costs: Cost[]; settled: Settled | null }
