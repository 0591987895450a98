import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { DetectorOutput, MergerOutput, VerifierOutput, Workspace } from '../activities/index.ts'
import type { ApprovalAnswer, ApprovalResolved } from '../approval/schema.ts'
import type { Position } from '../chain/graph.ts'
import type { Step } from '../chain/schema.ts'
import type { StepCommand } from '../commands.ts'
import type { ContractNews } from '../contract/schema.ts'
import type { AttemptFailure } from '../contract/schema.ts'
import type { BudgetReserve, BudgetSettle, Settled } from '../budget.ts'
import type { Cost, LedgerEntry } from '../cost.ts'
import type { AcceptanceCriterion, Autonomy, Repository, Requirement, Thresholds } from '../directive-file.ts'
import type { Checks, Evaluation, Judgement, Level } from '../evaluation/index.ts'
import type { Evidence } from '../evidence.ts'
import type { Failure } from '../failure.ts'
import type { JudgeNews } from '../judge/schema.ts'
import type { Models, RateLimitPolicy } from '../models.ts'
import type { NoticeRaised, PersonAwaited } from '../notification.ts'
import type { VerifierSpec } from '../verifier.ts'

export type StepState = 'pending' | 'ready' | 'running' | 'evaluating' | 'rework' | 'blocked' | 'passed' | 'skipped'

/** What a passed step leaves behind; a later generation may carry it over. */
export type StepResult = {
  description: string
  commit: string | null
  mergeCommit: string | null
  score: number
  level: Level
  summary: string
}

/** All of it fixed for the life of the step. */
export type StepTerms = {
  directiveId: string
  chainId: string
  /** `<name>-g<generation>` */
  id: string
  generation: number
  title: string
  goal: string
  step: Step
  position: Position
  repository: Repository | null
  /** Only those the step names. */
  requirements: Requirement[]
  acceptanceCriteria: AcceptanceCriterion[]
  autonomy: Autonomy
  thresholds: Thresholds
  maxReworkCycles: number
  stepTimeoutMs: number
  approvalTimeoutMs: number | null
  models: Models
  onRateLimit: RateLimitPolicy
}

export type StepInput = StepTerms & { carried: StepResult | null; at: number }

export type StepContext = StepTerms & {
  kind: 'step'
  contractId: string
  hasContract: boolean
  attempt: number
  reworkCount: number
  /** Reworks allowed in all; a person's retry allows as many again. */
  reworkAllowance: number
  confidence: { score: number; level: Level } | null
  evidence: Evidence | null
  workspace: Workspace | null
  failure: AttemptFailure | null
  verifiers: VerifierSpec[]
  tamperPaths: string[]
  checks: Checks | null
  /** Of the present attempt; null: no judge was asked. */
  judgement: Judgement | null
  evaluation: Evaluation | null
  /** Of the attempt before, to recognise the same failure. */
  evaluationBefore: Evaluation | null
  answer: ApprovalAnswer | null
  /** Id of the approval's actor while it is open. */
  openApproval: string | null
  approvals: number
  merge: { mergeCommit: string; tip: string } | null
  publishAttempts: number
  /** A person accepted it although it was blocked: verifiers no longer decide. */
  override: boolean
  instructions: string | null
  freshBase: boolean
  blocked: Failure | null
  skipped: string | null
  result: StepResult | null
  /** Of its judge; the contract keeps its own. */
  ledger: LedgerEntry[]
  /** The latest instant known. */
  now: number
}

/** From the directive. */
export type StepOrder =
  | { type: 'step.ready'; at: number }
  | { type: 'step.start'; at: number }
  | { type: 'step.interrupt'; at: number }
  /** While the directive is paused nobody new begins; what is under way goes on. */
  | { type: 'step.withhold'; at: number }
  | { type: 'step.offer'; at: number }
  | { type: 'step.abandon'; at: number; reason: 'stopped' | 'superseded' }
  | { type: 'merge.granted'; at: number }

export type StepEvent =
  | StepOrder
  | StepCommand
  | ContractNews
  | ApprovalResolved
  | NoticeRaised
  | PersonAwaited
  | BudgetReserve
  | BudgetSettle
  | JudgeNews
  | ActivityError<'judge'>
  | ActivityDone<'detector', DetectorOutput>
  | ActivityError<'detector'>
  | ActivityDone<'verifier', VerifierOutput>
  | ActivityError<'verifier'>
  | ActivityDone<'merger', MergerOutput>
  | ActivityError<'merger'>

/** To the directive. States it brings about itself (ready, running) are not told, only that a running one waits. */
export type StepNews =
  | {
      type: 'step.changed'
      at: number
      name: string
      generation: number
      state: StepState
      /** Waits for a person: holds no slot. */
      waiting: boolean
      reworkCount: number
      confidence: { score: number; level: Level } | null
      result: StepResult | null
      /** Why it is blocked, and what would have to be better. */
      failure: { summary: string; instructions: string } | null
    }
  | { type: 'step.spent'; at: number; costs: Cost[]; settled: Settled | null }
  | { type: 'merge.request'; at: number; stepId: string }
  | { type: 'merge.release'; at: number; stepId: string }
