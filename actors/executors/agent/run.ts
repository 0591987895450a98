import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Cost } from '../../../machines/index.ts'
import { agentPrompt } from '../../briefer/index.ts'
import { runChild } from '../../child.ts'
import { gitEnvironment } from '../../git/index.ts'
import { contractVariable, type ProcessResult } from '../../process/index.ts'
import { excludeFile } from '../../workspace/index.ts'
import type { Attempt } from '../executor.ts'
import { confinedToReach, reachOf } from './confinement.ts'
import { type Listened, listen, type Listening } from './listening.ts'
import { recall, remember } from './memory.ts'
import { problemOf, spent } from './outcome.ts'
import type { AgentExecutor, Invocation, Task } from './preset.ts'
import { presets } from './presets/index.ts'
import { workOn } from './progress.ts'
import type { Problem, Protocol } from './protocol.ts'

export type Beginning = { how: 'fresh' | 'rework' | 'interrupted'; session: string | null }

export type Run = {
  result: ProcessResult
  listened: Listened
  problem: Problem | null
  /** As the agent counts them. */
  costs: Cost[]
}

/** Runs the agent's program once in the workspace, to its end or until it is ended. */
export async function runAgent(
  executor: AgentExecutor,
  attempt: Attempt,
  state: string,
  { how, session }: Beginning,
): Promise<Run> {
  const { surroundings, context, outbox } = attempt
  const { contract, workspace, timeoutMs } = context.input
  const preset = presets[executor.preset]
  const promptFile = join(dirname(attempt.logPath), 'prompt.md')
  const prompt = await agentPrompt(surroundings, { contract, workspace }, { how, seed: context.idempotencyKey })
  writeFileSync(promptFile, prompt.text, { mode: 0o600 })
  const readOnly = contract.stepType === 'research' || contract.stepType === 'review'
  const task: Task = {
    ...{ executor, outbox, state, promptFile, session },
    workspace: workspace.path,
    readOnly,
    reach: reachOf(attempt, readOnly),
    budgetUsd: lowest(executor.maxCostUsd, context.input.budgetUsd),
    own: surroundings.env,
  }
  const protocol = preset.protocol(task)
  const program = executor.argv ?? [preset.program]
  const idleMs = executor.idleSeconds * 1000
  const listening = listenTo(protocol, attempt, state)
  const result = await launch(task, attempt, { program, invocation: preset.invoke(task), listening, idleMs })
  const listened = listening.finish()
  const problem = problemOf(result, listened, { program: program[0] as string, protocol, timeoutMs, idleMs })
  return { result, listened, problem, costs: spent(result, listened, executor.model ?? null) }
}

const lowest = (...limits: (number | null | undefined)[]): number | null => {
  const given = limits.filter((limit) => limit !== null && limit !== undefined && limit > 0)
  return given.length === 0 ? null : Math.min(...(given as number[]))
}

const listenTo = (
  protocol: Protocol,
  { surroundings, context, logPath, onOutput }: Attempt,
  state: string,
): Listening =>
  listen({
    protocol,
    logPath,
    protocolPath: join(dirname(logPath), 'protocol.jsonl'),
    redact: surroundings.redact,
    onLog: onOutput,
    onSession: (session) => {
      noteSession(state, session, context.input.contract.attempt)
      // Refused for an attempt that no longer counts.
      context.report({ type: 'contract.session', at: surroundings.now(), session }).catch(() => undefined)
    },
  })

/** At once: whoever goes on after a crash resumes it. What an earlier session has spent says nothing about a new one. */
function noteSession(state: string, session: string, attempt: number) {
  const before = recall(state)
  remember(state, { session, attempt, spent: before.session === session ? before.spent : [] })
}

type Launch = { program: readonly string[]; invocation: Invocation; listening: Listening; idleMs: number }

function launch(task: Task, attempt: Attempt, { program, invocation, listening, idleMs }: Launch) {
  const { surroundings, context, contractFile, outbox } = attempt
  const { contract, workspace, timeoutMs } = context.input
  return runChild(surroundings, context, {
    command: { argv: confinedToReach(task, attempt, [...program, ...invocation.args]) },
    cwd: workspace.path,
    ...(invocation.reads && { stdinPath: task.promptFile }),
    timeoutMs,
    idleMs,
    isProgress: listening.hear,
    pulse: workOn(surroundings.git, workspace, outbox),
    ownHome: true,
    passed: [...invocation.passed, ...task.executor.pass],
    extra: {
      // Its own `git add --all` leaves out what setup left lying, as ours does.
      ...gitEnvironment({ 'core.excludesFile': excludeFile(workspace.path) }),
      ...invocation.env,
      ...task.executor.env,
      ADJUTANT_CONTRACT_FILE: contractFile,
      ADJUTANT_OUTBOX: outbox,
      [contractVariable]: contract.id,
      ADJUTANT_ATTEMPT: String(contract.attempt),
    },
  })
}
