import { dirname, join } from 'node:path'
import type { Attempt, Execute, Execution } from '../executor.ts'
import { priced, since } from './costs.ts'
import { addressOf, installed, isThere, oldestOf } from './installed.ts'
import { type Memory, notedExecution, noteExecution, recall, remember } from './memory.ts'
import type { AgentExecutor } from './preset.ts'
import { type Beginning, type Run, runAgent } from './run.ts'

/**
 * Runs a coding agent's own command line in the workspace, resuming its session on a rework. What it has spent is told
 * once, and a run that has ended is not paid for again after a crash.
 */
export const agent: Execute<'agent'> = async (executor, attempt) => {
  const noted = finishedBefore(attempt)
  if (noted !== undefined) return noted
  const { context } = attempt
  const found = await lookFor(executor, attempt)
  if (found.failure !== null) return found.failure
  const state = join(dirname(dirname(attempt.logPath)), 'agent')
  const memory = recall(state)
  const beginning = beginningOf(attempt, memory)
  let run = await runAgent(executor, attempt, state, beginning)
  // A session that is gone, or cannot be resumed, is no reason to fail: the folder still holds what was done.
  if (beginning.session !== null && isLost(run) && !context.signal.aborted)
    run = await runAgent(executor, attempt, state, { how: 'fresh', session: null })
  context.signal.throwIfAborted()
  const execution = await settle(attempt, run, { executor, state, memory, version: found.version })
  await noteExecution(dirname(attempt.logPath), context.idempotencyKey, execution)
  return execution
}

/** What came of this very attempt, when we died after the agent had ended. */
export const finishedBefore = ({ context, logPath }: Attempt): Execution | undefined =>
  notedExecution(dirname(logPath), context.idempotencyKey)

type Found = { failure: Execution } | { failure: null; version: string | null }

async function lookFor({ preset, argv }: AgentExecutor, { surroundings, context }: Attempt): Promise<Found> {
  const { env } = surroundings
  const program = argv?.[0] ?? preset
  const missing = { failure: failed('executor.missing', `${program} is not installed, or not in PATH`) }
  // Only its owner knows how a custom agent tells its version.
  if (preset === 'custom')
    return isThere(program, context.input.workspace.path, env) ? { failure: null, version: null } : missing
  const look = await installed(preset, env, argv)
  if (!look.found) return missing
  if (look.fit) return { failure: null, version: look.version }
  const version = look.version ?? 'of a version it does not tell'
  return { failure: failed('executor.outdated', `${preset} is ${version}, and ${oldestOf(preset)} or newer is needed`) }
}

const failed = (code: string, reason: string): Execution => ({
  ...{ ok: false, code, reason, exitCode: null, outputTail: '', session: null, costs: [] },
})

function beginningOf({ context }: Attempt, { session, attempt }: Memory): Beginning {
  if (session !== null && attempt === context.input.contract.attempt) return { how: 'interrupted', session }
  return context.input.session === null
    ? { how: 'fresh', session: null }
    : { how: 'rework', session: context.input.session }
}

/** It was to go on with a session, failed, and neither did nor spent anything. */
const isLost = ({ problem, listened, result, costs }: Run): boolean =>
  problem !== null && result.timedOut === false && listened.deeds === 0 && costs.every(({ tokens }) => tokens.in === 0)

type Settling = { executor: AgentExecutor; state: string; memory: Memory; version: string | null }

async function settle(attempt: Attempt, run: Run, { executor, state, memory, version }: Settling): Promise<Execution> {
  const { surroundings, context } = attempt
  const { listened, problem, result } = run
  const { session, ended } = listened
  const before = session === memory.session ? memory.spent : []
  const counted = ended?.spentSince === 'session'
  const costs = counted ? since(before, run.costs) : run.costs
  remember(state, { session, attempt: context.input.contract.attempt, spent: counted ? run.costs : before })
  const common = {
    session,
    costs: priced(costs, surroundings.models, addressOf(executor.preset, surroundings.env), surroundings.now()),
    agent: { preset: executor.preset, version },
  }
  const words = surroundings.redact(ended?.text ?? listened.lastWords).trim()
  if (problem === null) return { ok: true, summary: words.slice(0, longestSummary), log: listened.log, ...common }
  return {
    ...{ ok: false, code: problem.code, reason: surroundings.redact(problem.reason), exitCode: result.exitCode },
    ...{ outputTail: listened.log.tail, ...common },
  }
}

const longestSummary = 4000
