import { commandLine, misfortune, runChild } from '../child.ts'
import { gitEnvironment } from '../git/index.ts'
import { contractVariable, type ProcessResult } from '../process/index.ts'
import { excludeFile } from '../workspace/index.ts'
import { fingerprint } from './fingerprint.ts'
import type { Execute } from './executor.ts'

/** Runs a command in the workspace: exit code 0 delivers. */
export const command: Execute<'command'> = async (executor, attempt) => {
  const { surroundings, context, contractFile, outbox, logPath, onOutput } = attempt
  const { workspace, timeoutMs, idleMs } = context.input
  const result = await runChild(surroundings, context, {
    command: executor,
    cwd: workspace.path,
    timeoutMs,
    idleMs,
    pulse: () => fingerprint(outbox),
    logPath,
    onOutput,
    extra: {
      // Its own `git add --all` leaves out what setup left lying, as ours does.
      ...gitEnvironment({ 'core.excludesFile': excludeFile(workspace.path) }),
      ...executor.env,
      ADJUTANT_CONTRACT_FILE: contractFile,
      ADJUTANT_OUTBOX: outbox,
      [contractVariable]: context.input.contract.id,
      ADJUTANT_ATTEMPT: String(context.input.contract.attempt),
    },
  })
  context.signal.throwIfAborted()
  const problem = misfortune(result, { timeoutMs, idleMs })
  const nothingSpent = { session: null, costs: [] }
  if (problem === null)
    return { ok: true, log: { bytes: result.outputBytes, tail: result.outputTail }, ...nothingSpent }
  const reason =
    codeOf(result) === 'executor.missing'
      ? `${executor.argv?.[0]} is not installed, or not in PATH`
      : `${commandLine(executor)} ${problem}`
  return {
    ok: false,
    code: codeOf(result),
    reason,
    exitCode: result.exitCode,
    outputTail: result.outputTail,
    ...nothingSpent,
  }
}

function codeOf(result: ProcessResult): string {
  if (result.spawnError) return result.spawnError.code === 'ENOENT' ? 'executor.missing' : 'executor.not_startable'
  if (result.timedOut === 'wall') return 'executor.timed_out'
  if (result.timedOut === 'idle') return 'executor.idle'
  return 'executor.exited'
}
