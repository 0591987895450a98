import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type {
  CleanerOutput,
  DetectorOutput,
  PlannerInput,
  PlannerOutput,
  PublisherOutput,
  VerifierOutput,
} from '../activities/index.ts'
import type { ApprovalAnswer, ApprovalResolved } from '../approval/schema.ts'
import type { ChainRecalled } from '../chain/machine.ts'
import type { Chain, PlannerSource } from '../chain/schema.ts'
import type { DirectiveCommand } from '../commands.ts'
import type { BudgetReserve, BudgetSettle, Reservation } from '../budget.ts'
import type { LedgerEntry } from '../cost.ts'
import type { DirectiveFile } from '../directive-file.ts'
import type { Checks, Evaluation, Judgement, Level } from '../evaluation/index.ts'
import type { Failure } from '../failure.ts'
import type { Models } from '../models.ts'
import type { NoticeRaised, PersonAwaited } from '../notification.ts'
import type { JudgeNews } from '../judge/schema.ts'
import type { PlannerNews } from '../planner/schema.ts'
import type { Problem } from '../problem.ts'
import type { StepNews, StepResult, StepState } from '../step/schema.ts'
import type { VerifierConfig } from '../verifier.ts'

/** `id` is the system's id too: it names branches and folders. */
export type DirectiveInput = {
  id: string
  file: DirectiveFile
  createdAt: number
  /** The file's models over the defaults of whoever creates it; none: no model is configured. */
  models?: Models
}

/** All the directive keeps of a step; everything else is in the step's own actor. */
export type StepRecord = {
  /** Also the id of the step's actor. */
  id: string
  dependsOn: string[]
  /** Those that wait for it. */
  dependents: string[]
  /** Steps on the longest way from here to the end: the highest starts first. */
  rank: number
  fingerprint: string
  /** Places in `verifierPool`, for the final review. */
  verifiers: 'auto' | number[]
  state: StepState
  waiting: boolean
  reworkCount: number
  confidence: { score: number; level: Level } | null
  result: StepResult | null
  failure: { summary: string; instructions: string } | null
  /** Its actor is broken and takes no order any more. */
  defect: boolean
}

/** Where a step is, for the directive: `startable` waits for a slot, `busy` holds one, `waiting` waits for a person. */
export type Standing = 'pending' | 'startable' | 'busy' | 'waiting' | 'blocked' | 'done'
export type Tally = Record<Standing, number>

/** The plan being made; all of it forgotten once a chain is adopted. */
export type Planning = {
  /** A chain a person gave for this plan. */
  given: Chain | null
  proposal: Chain | null
  /** Where the proposal came from. */
  source: PlannerSource
  rationale: string | null
  planningModel: string | null
  problems: Problem[]
  /** Proposals so far. */
  attempts: number
  /** A model is at it, though the directive may be paused meanwhile. */
  thinking: boolean
  /** The chain that is given up, for a model to start from; null: not recalled yet, or there is none. */
  before: Chain | null
  /** What persons asked for, oldest first. */
  feedback: string[]
  /** Why the chain before is given up; null for the first. */
  reason: string | null
  failingStep: PlannerInput['failingStep']
  /** A person has approved, or edited, this plan. */
  approved: boolean
}

/** The final review. */
export type Review = {
  checks: Checks | null
  /** A judge is at it, though the directive may be paused meanwhile. */
  judging: boolean
  judgement: Judgement | null
  evaluation: Evaluation | null
}

export type Limit = 'cost' | 'wall_time'

export type DirectiveContext = {
  kind: 'directive'
  id: string
  /** Without the chain once that is adopted: then it is in the actor `chain.<generation>`. */
  file: DirectiveFile
  source: PlannerSource
  models: Models
  createdAt: number
  startedAt: number | null
  finishedAt: number | null
  /** The latest instant known. */
  now: number
  /** Unknown costs are counted, not added: unknown is not zero. */
  totals: { costUsd: number; unknownCosts: number; tokens: number; wallTimeMs: number }
  /** What is reserved for calls under way, and who waits, in the order in which they asked. */
  budget: { granted: Reservation[]; waiting: Reservation[] }
  /** A planner or judge of ours waits for a person. */
  asked: boolean
  /** Since when wall time runs; null: it stands still. */
  runningSince: number | null
  chainGeneration: number
  chainId: string | null
  planning: Planning
  steps: Record<string, StepRecord>
  /** How many steps are where: looked at on every event, so never counted anew. */
  tally: Tally
  /** Names of steps that wait for a slot. */
  frontier: string[]
  verifierPool: VerifierConfig[]
  /** Entries into blocked, over all generations. */
  blockedEntries: number
  merge: { holder: string | null; queue: string[] }
  review: Review
  resultBranch: string | null
  resultCommit: string | null
  /** The pull request, once there is one. */
  publication: Omit<PublisherOutput, 'at'> | null
  ledger: LedgerEntry[]
  approvals: number
  /** Id of the approval's actor while the directive itself waits for an answer. */
  openApproval: string | null
  answer: ApprovalAnswer | null
  exceeded: Limit | null
  /** What a person should look at; null: nothing. */
  attention: Failure | null
  outcome: Failure | null
}

export type DirectiveEvent =
  | DirectiveCommand
  | StepNews
  | ChainRecalled
  | ApprovalResolved
  | NoticeRaised
  | PersonAwaited
  | BudgetReserve
  | BudgetSettle
  | PlannerNews
  | JudgeNews
  | ActivityError<'judge'>
  | ActivityDone<'planner', PlannerOutput>
  | ActivityError<'planner'>
  | ActivityDone<'detector', DetectorOutput>
  | ActivityError<'detector'>
  | ActivityDone<'verifier', VerifierOutput>
  | ActivityError<'verifier'>
  | ActivityDone<'publisher', PublisherOutput>
  | ActivityError<'publisher'>
  | ActivityDone<'cleaner', CleanerOutput>
  | ActivityError<'cleaner'>
  // Some step's actor, by name `<step>-g<generation>`, threw: a defect.
  | { type: 'xstate.error.actor.step'; error: unknown; actorId: string }

/** Ids of actors: `chain.1` cannot be taken for a step, whose ids end in `-g1`. */
export const chainActorId = (generation: number): string => `chain.${generation}`
export const stepId = (name: string, generation: number): string => `${name}-g${generation}`
