import { mkdirSync, realpathSync } from 'node:fs'
import type { z } from 'zod'
import { activitySchemas, type BrieferInput } from '../machines/index.ts'
import type { ActivityContext, RetryPolicy } from '../runtime/index.ts'
import { activity } from './activity.ts'
import { type Briefing, createBriefer, preview } from './briefer/index.ts'
import { createCleaner } from './cleaner.ts'
import { createDetector } from './detector.ts'
import { createMerger } from './merger.ts'
import { createPublisher } from './publisher/index.ts'
import { createNotifier, notifierRetry } from './notifier/index.ts'
import { createPlanner } from './planner.ts'
import { createModel, modelRetry, noModels, secretsOfAccess, type ModelAccess } from './model/index.ts'
import { knownRedaction, redaction, secretsOf } from './redaction.ts'
import { createVerifier } from './verifiers/index.ts'
import { openGit } from './git/index.ts'
import { type OwnEnvironment, registerOwner, sweepDeadOwners } from './process/index.ts'
import type { Surroundings } from './surroundings.ts'
import { createTools } from './tools/index.ts'
import { createTransfer as transferOf } from './deliveries/index.ts'
import { createContractor } from './contractor/index.ts'
import { type Assignment, openWorkbench } from './workbench/index.ts'
import { createWorkspace } from './workspace/index.ts'

export { type AgentFinding, examineAgents } from './executors/agent/installed.ts'
export { type KnownDirective, type Leftover, type Survey, surveyHome } from './garbage/index.ts'
export { oldestGit } from './git/version.ts'
export { isConfining } from './process/index.ts'
export { isPlaceholder } from './detection/index.ts'
export { diffOf, logOfAttempt } from './reading.ts'
export { AnswerFormat, examineModel, ModelApi, noModels, PriceRule, Provider, type ModelAccess } from './model/index.ts'

export type ActivitiesOptions = {
  /** ADJUTANT_HOME: worktrees, clones, logs and outboxes lie here. Made when missing. */
  home: string
  /** Our own environment, of which children get an allow-listed part. */
  env: OwnEnvironment
  /** Names of further variables of `env` that children get. */
  passed?: readonly string[]
  /** Default: none. */
  models?: ModelAccess
  /** Hosts with private addresses that notices may go to, `name` or `name:port`. Default: none. */
  privateHosts?: readonly string[]
  /** Between SIGTERM and SIGKILL. Milliseconds, default 5000. */
  graceMs?: number
  /** Milliseconds since 1970, default the system's clock. */
  now?: () => number
}

type InputOf<Name extends keyof typeof activitySchemas> = z.output<(typeof activitySchemas)[Name]['input']>

const minute = 60_000
const hour = 60 * minute

/** The activities that the machines invoke by these names, ready for the runtime. Each can be run again after a crash. */
export function createActivities(options: ActivitiesOptions) {
  const surroundings = surroundingsOf(options)
  // What fails here fails again, and is told, when an activity starts.
  void sweepDeadOwners(surroundings.home).catch(() => 0)
  const host = <Name extends keyof typeof activitySchemas, Output>(
    name: Name,
    timeoutMs: number,
    create: (surroundings: Surroundings) => (context: ActivityContext<InputOf<Name>>) => Promise<Output>,
    retry?: RetryPolicy,
  ) => {
    const schema = activitySchemas[name].input as never
    return activity<InputOf<Name>, Output>(surroundings, schema, timeoutMs, create(surroundings), retry)
  }
  return {
    planner: host('planner', minute, createPlanner),
    workspace: host('workspace', hour, createWorkspace),
    // The first to open a repository by its URL clones it.
    briefer: host('briefer', hour, createBriefer),
    model: host('model', 24 * hour, createModel, modelRetry),
    // Contracts, tools and verifiers carry their own time limit; these are only upper bounds.
    contractor: host('contractor', 24 * hour, createContractor),
    detector: host('detector', 5 * minute, createDetector),
    verifier: host('verifier', 24 * hour, createVerifier),
    tools: host('tools', 24 * hour, createTools),
    merger: host('merger', 5 * minute, createMerger),
    publisher: host('publisher', 10 * minute, createPublisher),
    notifier: host('notifier', minute, createNotifier, notifierRetry),
    cleaner: host('cleaner', hour, createCleaner),
  }
}

/** What a model would be asked, redacted, without storing or asking it. Reads the repository; a URL is fetched. */
export const previewBriefing = (options: ActivitiesOptions, input: BrieferInput): Promise<Briefing> =>
  preview(
    surroundingsOf(options, () => ''),
    input,
  )

export type { Assignment, Workbench, WorkResult } from './workbench/index.ts'

/** For a worker on its own machine: places to work, under a home that is not the host's. */
export function createWorkbenches(options: ActivitiesOptions) {
  const surroundings = surroundingsOf(options)
  return {
    open: (assignment: Assignment, bundle: AsyncIterable<Uint8Array> | null) =>
      openWorkbench(surroundings, assignment, bundle),
  }
}

/** How work gets to workers on other machines and back. */
export const createTransfer = (options: ActivitiesOptions) => transferOf(surroundingsOf(options))

function surroundingsOf(options: ActivitiesOptions, own = registerOwner): Surroundings {
  const { env, passed = [], models = noModels, privateHosts = [], graceMs = 5000, now = Date.now } = options
  mkdirSync(options.home, { recursive: true })
  const home = realpathSync(options.home)
  const secrets = [...secretsOf(env), ...secretsOfAccess(models)]
  const redact = redaction(secrets)
  const redactKnown = knownRedaction(secrets)
  const git = openGit(env)
  return { home, env, passed, models, privateHosts, redact, redactKnown, graceMs, now, git, owner: own(home) }
}
