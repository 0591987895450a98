import type { Executor } from '../../machines/index.ts'
import { agent } from './agent/index.ts'
import { command } from './command.ts'
import type { Attempt, Execute, Execution } from './executor.ts'
import { external } from './external.ts'
import { human } from './human.ts'
import { model } from './model.ts'
import { noop } from './noop.ts'

export { finishedBefore } from './agent/index.ts'
export type { Attempt, Execution } from './executor.ts'

const executors: { [Kind in Executor['kind']]: Execute<Kind> } = {
  agent,
  command,
  external,
  human,
  model,
  noop,
}

/** Carries an attempt out with the executor that its contract names. */
export const execute = (executor: Executor, attempt: Attempt): Promise<Execution> =>
  (executors[executor.kind] as Execute<Executor['kind']>)(executor as never, attempt)
