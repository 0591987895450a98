import type { Git } from './git/index.ts'
import type { OwnEnvironment } from './process/index.ts'

/** What every activity of this process shares. */
export type Surroundings = {
  /** ADJUTANT_HOME, absolute and without symbolic links. */
  home: string
  /** What children may be given a part of. */
  env: OwnEnvironment
  /** Names of further variables of `env` that children get. */
  passed: readonly string[]
  git: Git
  /** This process among those that start children under this home. */
  owner: string
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  graceMs: number
  /** Milliseconds since 1970. */
  now: () => number
}
