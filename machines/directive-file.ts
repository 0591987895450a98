import { z } from 'zod'
import { Argv } from './argv.ts'
import { Chain, PlannerSource } from './chain/schema.ts'
import { Executor } from './executor.ts'
import { ModelChoice } from './models.ts'
import { NotificationTarget, PullRequest } from './notification.ts'

/** Where the work happens: a local repository by `path`, or a clone of `url`; exactly one of them. */
export const Repository = z
  .strictObject({
    /** Absolute once the file is loaded; in the file relative to the file itself. */
    path: z.string().min(1).optional(),
    url: z.string().min(1).optional(),
    /** Branch, tag or commit the result branch starts from. */
    baseRef: z.string().min(1).default('HEAD'),
    /** Commands run in every workspace and every clean checkout before anything else. */
    setup: z.array(Argv).default([]),
    /** Globs of ignored files copied from the repository's folder into workspaces and checkouts (`.env`, say). */
    copy: z.array(z.string()).default([]),
  })
  .refine((repository) => (repository.path === undefined) !== (repository.url === undefined), {
    message: 'a repository needs exactly one of path and url',
  })
export type Repository = z.infer<typeof Repository>

export const Requirement = z.strictObject({
  id: z.string().min(1),
  text: z.string().min(1),
  priority: z.enum(['must', 'should', 'could']).default('must'),
})
export type Requirement = z.infer<typeof Requirement>

export const AcceptanceCriterion = z.strictObject({
  id: z.string().min(1),
  text: z.string().min(1),
  requirementIds: z.array(z.string()).default([]),
  /** Exit code 0 in a checkout of the merged result means: met. */
  verify: Argv.optional(),
})
export type AcceptanceCriterion = z.infer<typeof AcceptanceCriterion>

/** Lowest composite scores (0 to 1) for green and for yellow. */
export const Thresholds = z
  .strictObject({ green: z.number().min(0).max(1).default(0.8), yellow: z.number().min(0).max(1).default(0.5) })
  .refine(({ green, yellow }) => yellow <= green, { message: 'yellow may not be above green' })
export type Thresholds = z.infer<typeof Thresholds>

// 30,000 minutes are 20 days: timers in memory hold 24 days at most.
export const Limits = z.strictObject({
  /** US dollars. */
  maxTotalCostUsd: z.number().positive().optional(),
  /** Counts only while something can progress without a person. */
  maxWallTimeMinutes: z.number().positive().max(30_000).optional(),
  maxReworkCycles: z.number().int().nonnegative().default(3),
  /** The first chain does not count. */
  maxChainRegenerations: z.number().int().nonnegative().default(2),
  maxParallelSteps: z.number().int().positive().default(4),
  /** Entries into blocked over all generations; one more fails the directive. */
  maxFailedSteps: z.number().int().nonnegative().default(3),
  /** For one attempt of a contract. */
  stepTimeoutMinutes: z.number().positive().max(30_000).default(60),
  /** How long an approval waits before it expires, which denies it. Not given: for ever. */
  approvalTimeoutMinutes: z.number().positive().max(30_000).optional(),
  /** `pause` asks a person for more, `fail` does not. */
  onLimit: z.enum(['pause', 'fail']).default('pause'),
})
export type Limits = z.infer<typeof Limits>

export const Autonomy = z.enum(['full_auto', 'guardrails', 'manual'])
export type Autonomy = z.infer<typeof Autonomy>

/** What a person writes: YAML or JSON. Relative paths have been made absolute by whoever loaded it. */
export const DirectiveFile = z.strictObject({
  title: z.string().min(1).max(200),
  goal: z.string().min(1),
  /** Without one there is no workspace branch, merge or detection: steps work in scratch folders. */
  repository: Repository.optional(),
  requirements: z.array(Requirement).default([]),
  acceptanceCriteria: z.array(AcceptanceCriterion).default([]),
  autonomy: Autonomy.default('guardrails'),
  thresholds: Thresholds.default({ green: 0.8, yellow: 0.5 }),
  limits: Limits.default(Limits.parse({})),
  /** Default: `file` where a chain is given, else `model`. */
  planner: PlannerSource.optional(),
  /** The executor of the steps a `template` planner makes, and the one that a model may plan with instead of any it finds. */
  executor: Executor.optional(),
  /** Which models plan, work and judge. */
  model: ModelChoice.optional(),
  /** Who is told of what needs a person, and of the end. */
  notifications: z.array(NotificationTarget).max(20).default([]),
  /** Default: none is made. */
  pullRequest: PullRequest.optional(),
  chain: Chain.optional(),
})
export type DirectiveFile = z.infer<typeof DirectiveFile>

/** The source its chain comes from, with the default applied. */
export const plannerSourceOf = (file: Pick<DirectiveFile, 'planner' | 'chain'>): PlannerSource =>
  file.planner ?? (file.chain ? 'file' : 'model')
