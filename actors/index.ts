import { mkdirSync, realpathSync } from 'node:fs'
import { activitySchemas } from '../machines/index.ts'
import { activity } from './activity.ts'
import { openGit } from './git/index.ts'
import { type OwnEnvironment, registerOwner, sweepDeadOwners } from './process/index.ts'
import type { Surroundings } from './surroundings.ts'
import { createContractor } from './contractor/index.ts'
import { createWorkspace } from './workspace/index.ts'

export type ActivitiesOptions = {
  /** ADJUTANT_HOME: worktrees, clones, logs and outboxes lie here. Made when missing. */
  home: string
  /** Our own environment, of which children get an allow-listed part. */
  env: OwnEnvironment
  /** Names of further variables of `env` that children get. */
  passed?: readonly string[]
  /** Between SIGTERM and SIGKILL. Milliseconds, default 5000. */
  graceMs?: number
  /** Milliseconds since 1970, default the system's clock. */
  now?: () => number
}

const minute = 60_000
const hour = 60 * minute

/** The activities that the machines invoke by these names, ready for the runtime. Each can be run again after a crash. */
export function createActivities(options: ActivitiesOptions) {
  const { env, passed = [], graceMs = 5000, now = Date.now } = options
  mkdirSync(options.home, { recursive: true })
  const home = realpathSync(options.home)
  const surroundings: Surroundings = { home, env, passed, graceMs, now, git: openGit(env), owner: registerOwner(home) }
  // What fails here fails again, and is told, when an activity starts.
  void sweepDeadOwners(home).catch(() => 0)
  return {
    // Its time limit comes with the contract; this one is only an upper bound.
    contractor: activity(surroundings, activitySchemas.contractor, 24 * hour, createContractor(surroundings)),
    workspace: activity(surroundings, activitySchemas.workspace, hour, createWorkspace(surroundings)),
  }
}
