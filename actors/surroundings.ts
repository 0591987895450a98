import type { Git } from './git/index.ts'
import type { ModelAccess } from './model/index.ts'
import type { OwnEnvironment } from './process/index.ts'
import type { Redact } from './redaction.ts'

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
  models: ModelAccess
  /** Hosts that may be told something though their addresses are private: `name` or `name:port`. */
  privateHosts: readonly string[]
  /** Takes the secrets of this process, and what looks like one, out of what is shown, sent or kept. */
  redact: Redact
  /** Takes out the secrets of this process only, for what is to be carried out as it is. */
  redactKnown: Redact
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  graceMs: number
  /** Milliseconds since 1970. */
  now: () => number
}
