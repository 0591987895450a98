import type { Repository } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { commandLine, misfortune, runChild } from '../child.ts'
import { gitEnvironment, type OpenRepository } from '../git/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { copyIgnored } from './copy.ts'

export type Setup = { ok: boolean; outputTail: string }

/** For one command. A cold `npm ci` of a large project takes a few minutes. */
const timeoutMs = 20 * 60_000

/**
 * Makes a fresh tree ready to work in: copies what `copy` names, then runs `setup`, stopping at the first command that
 * fails. A failure is a value: it says something about the surroundings, not about the work. null: nothing to do.
 */
export async function setUp(
  surroundings: Surroundings,
  context: ActivityContext,
  options: { repository: Repository; opened: OpenRepository; path: string; logPath?: string },
): Promise<Setup | null> {
  const { repository, opened, path, logPath } = options
  if (repository.copy.length === 0 && repository.setup.length === 0) return null
  const refused = await copyIgnored(opened, repository.copy, path)
  if (refused.length > 0) return { ok: false, outputTail: `copy refused\n${refused.join('\n')}`.slice(0, 4000) }
  for (const argv of repository.setup) {
    const command = { argv }
    const result = await runChild(surroundings, context, {
      command,
      cwd: path,
      timeoutMs,
      logPath,
      extra: gitEnvironment(),
    })
    context.signal.throwIfAborted()
    const problem = misfortune(result, { timeoutMs })
    if (problem !== null)
      return { ok: false, outputTail: `setup: ${commandLine({ argv })} ${problem}\n${result.outputTail}`.slice(-4000) }
  }
  return { ok: true, outputTail: '' }
}
