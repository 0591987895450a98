import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join, resolve, sep } from 'node:path'
import type { VerifierResult, VerifierSpec } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { misfortune, runChild } from '../child.ts'
import { trustingGitEnvironment } from '../git/index.ts'
import type { ProcessResult } from '../process/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { testCount } from './collected.ts'

/** What one run of a verifier came to; the rest of a VerifierResult follows from its spec. */
export type Finding = Pick<VerifierResult, 'status' | 'score' | 'exitCode' | 'durationMs' | 'outputTail'>

/** Runs a command in the checkout: exit code 0 scores 1. A failure is tried once more, to tell flaky from broken. */
export async function command(
  surroundings: Surroundings,
  context: ActivityContext,
  spec: VerifierSpec,
  folder: string,
): Promise<Finding> {
  const cwd = join(folder, spec.cwd ?? '.')
  if (!isInside(cwd, folder)) return failed(`there is no folder ${spec.cwd} in the checkout`)
  const first = await runOnce(surroundings, context, spec, { folder, cwd })
  if (first.status !== 'failed' || !first.repeatable || !spec.rerun) return found(first)
  const second = await runOnce(surroundings, context, spec, { folder, cwd })
  if (second.status !== 'passed') return found(first)
  const outputTail = `failed first:\n${first.outputTail.slice(-1900)}\nthen passed:\n${second.outputTail.slice(-1900)}`
  return { ...found(second), status: 'flaky', durationMs: first.durationMs + second.durationMs, outputTail }
}

type Run = Finding & { repeatable: boolean }

const found = ({ repeatable: _, ...finding }: Run): Finding => finding

async function runOnce(
  surroundings: Surroundings,
  context: ActivityContext,
  spec: VerifierSpec,
  { folder, cwd }: { folder: string; cwd: string },
): Promise<Run> {
  const timeoutMs = spec.timeoutSeconds * 1000
  const tests = testCount()
  const result = await runChild(surroundings, context, {
    command: spec,
    cwd,
    timeoutMs,
    extra: { ...trustingGitEnvironment(), ...ownPrograms(surroundings, folder), ...spec.env },
    onOutput: tests.receive,
  })
  context.signal.throwIfAborted()
  const { exitCode, durationMs, outputTail } = result
  const problem = misfortune(result, { timeoutMs })
  const told = (words: string) =>
    `${outputTail}${outputTail === '' || outputTail.endsWith('\n') ? '' : '\n'}[${words}]`.slice(-4000)
  const facts = { exitCode, durationMs, score: 0, repeatable: false }
  if (isMissing(result, spec, cwd))
    return { ...facts, status: 'unavailable', outputTail: told(problem ?? 'not installed') }
  if (problem !== null)
    return {
      ...facts,
      status: 'failed',
      repeatable: exitCode !== null,
      outputTail: exitCode === null ? told(problem) : outputTail,
    }
  if (tests.none()) return { ...facts, status: 'failed', outputTail: told('no test was run, so none has passed') }
  return { ...facts, status: 'passed', score: 1, outputTail }
}

const failed = (outputTail: string): Finding => ({
  status: 'failed',
  score: 0,
  exitCode: null,
  durationMs: 0,
  outputTail,
})

/** The tool is not there: nothing is known about the work. A program that the repository itself should hold is no tool. */
function isMissing(result: ProcessResult, spec: VerifierSpec, cwd: string): boolean {
  if (result.spawnError) {
    const program = spec.argv?.[0] ?? ''
    return !program.includes('/') || !resolve(cwd, program).startsWith(cwd + sep)
  }
  if (result.exitCode === null || result.exitCode === 0) return false
  // 127 is a shell's word for it, npm's scripts included.
  return result.exitCode === 127 || missingTool.test(result.outputTail)
}

// python -m TOOL, make (which itself exits with 2), and cargo's subcommands that rustup installs separately.
const missingTool =
  /No module named '?(?:pytest|mypy|ruff|unittest)'?\s*$|^make.* Error 127$|^error: no such command: `|is not installed for the toolchain/m

/** What setup installed in the tree goes first. */
function ownPrograms({ env }: Surroundings, folder: string): Record<string, string> {
  const programs = join(folder, '.venv', 'bin')
  return existsSync(programs)
    ? { PATH: [programs, env['PATH']].join(delimiter), VIRTUAL_ENV: join(folder, '.venv') }
    : {}
}

function isInside(path: string, folder: string): boolean {
  if (!existsSync(path)) return false
  const [real, root] = [realpathSync(path), realpathSync(folder)]
  return real === root || real.startsWith(root + sep)
}
