import type { Cost } from '../../../machines/index.ts'
import { misfortune } from '../../child.ts'
import type { ProcessResult } from '../../process/index.ts'
import type { Listened } from './listening.ts'
import type { Problem, Protocol } from './protocol.ts'

/** Why a run does not count as done; null: it does. Exit code and the agent's own word must both be good. */
export function problemOf(
  result: ProcessResult,
  { ended }: Listened,
  about: { program: string; protocol: Protocol; timeoutMs: number; idleMs: number },
): Problem | null {
  const { program } = about
  if (result.spawnError?.code === 'ENOENT')
    return { code: 'executor.missing', reason: `${program} is not installed, or not in PATH` }
  if (result.spawnError) return { code: 'executor.not_startable', reason: `${program} ${misfortune(result, about)}` }
  if (result.timedOut === 'idle')
    return {
      code: 'executor.idle',
      reason: `${program} was ended: no progress for ${Math.round(about.idleMs / 1000)} s, ${printed(result)}`,
    }
  if (result.timedOut === 'wall')
    return { code: 'executor.timed_out', reason: `${program} ${misfortune(result, about)}` }
  if (ended !== null && ended.problem !== null)
    return { ...ended.problem, reason: `${program}: ${ended.problem.reason}` }
  if (result.exitCode !== 0) return { code: 'executor.exited', reason: `${program} ${misfortune(result, about)}` }
  if (ended === null && about.protocol.tellsEnd)
    return { code: 'executor.unfinished', reason: `${program} ended without saying that it has finished` }
  return leftRunning(result, program)
}

const printed = ({ outputBytes }: ProcessResult) =>
  outputBytes === 0 ? 'and it printed nothing' : `though it printed ${outputBytes} bytes`

// Its work may be good; but what it left would have run beside the next attempt, or held the port of the next test.
function leftRunning({ left }: ProcessResult, program: string): Problem | null {
  if (left.length === 0) return null
  const reason = `${program} left running what was then ended: ${left.join(', ')}. Nothing may outlive it`
  return { code: 'executor.left_running', reason }
}

/** What a run has cost by the agent's own word; one that says nothing of it has cost nobody knows how much. */
export function spent(result: ProcessResult, { ended }: Listened, model: string | null): Cost[] {
  if (ended !== null && ended.costs.length > 0) return ended.costs
  if (result.spawnError) return []
  return [{ model, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: null, source: 'unknown' }]
}
