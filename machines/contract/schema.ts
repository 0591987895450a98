import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type {
  ContractBrief,
  ContractorOutput,
  ContractReport,
  Workspace,
  WorkspaceOutput,
} from '../activities/index.ts'
import type { Settled } from '../budget.ts'
import type { Cost, LedgerEntry } from '../cost.ts'
import type { Repository } from '../directive-file.ts'
import type { Evidence } from '../evidence.ts'
import type { Executor } from '../executor.ts'
import type { Failure } from '../failure.ts'

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
  /** The latest instant known to the step. */
  at: number
}

/** Who does the work: can never answer an approval of it. */
export const executorOf = (contractId: string, executor: Executor): string => `${executor.kind}:${contractId}`

export type AttemptFailure = Failure & { outputTail: string; exitCode: number | null }

export type ContractContext = {
  kind: 'contract'
  directiveId: string
  chainId: string
  stepId: string
  terms: ContractInput['terms']
  initialPhase: string
  repository: Repository | null
  timeoutMs: number
  /** Who does the work: can never answer an approval of it. */
  executedBy: string
  attempt: number
  phase: string
  instructions: string | null
  freshBase: boolean
  /** Of the present attempt. */
  workspace: Workspace | null
  setup: WorkspaceOutput['setup']
  /** The agent's own, to resume it. */
  session: string | null
  evidence: Evidence | null
  failure: AttemptFailure | null
  progress: { message: string; percent?: number; at: number } | null
  ledger: LedgerEntry[]
  /** The latest instant known. */
  now: number
}

/** From the step. */
export type ContractOrder =
  | { type: 'contract.start'; at: number }
  /** Give up the attempt but not the contract: it starts again later, which is no rework. */
  | { type: 'contract.interrupt'; at: number }
  | { type: 'contract.rework'; at: number; instructions: string; freshBase: boolean }
  | { type: 'contract.accept'; at: number }
  | { type: 'contract.cancel'; at: number }

export type ContractEvent =
  | ContractOrder
  | ContractReport
  | ActivityDone<'workspace', WorkspaceOutput>
  | ActivityError<'workspace'>
  | ActivityDone<'contractor', ContractorOutput>
  | ActivityError<'contractor'>

/** To the step. */
export type ContractNews =
  | { type: 'contract.delivered'; at: number; attempt: number; evidence: Evidence; workspace: Workspace }
  | { type: 'contract.failed'; at: number; attempt: number; failure: AttemptFailure }
  | { type: 'contract.spent'; at: number; costs: Cost[]; settled: Settled | null }
