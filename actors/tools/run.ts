import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { commandLine, misfortune, runChild } from '../child.ts'
import { gitEnvironment } from '../git/index.ts'
import { contractVariable, confined, type ProcessResult } from '../process/index.ts'
import { excludeFile, restorePointer } from '../workspace/index.ts'
import { openExcerpt } from './excerpt.ts'
import { agentHome, confinementRules } from './program-confinement.ts'
import { type Bench, Refusal, type Result, type Tool } from './tool.ts'

const defaultSeconds = 120

type Asked = { argv: string[]; timeoutSeconds?: number | null }

export const run: Tool<Asked> = {
  name: 'run',
  description:
    'Run a program in the workspace and wait for its end; there is no terminal and no input. What it leaves running is ended. Commits are not needed: the work is committed when it is delivered.',
  arguments: z.strictObject({
    argv: z
      .array(z.string().max(100_000))
      .min(1)
      .max(1000)
      .describe('The program and its arguments, without a shell; for a line of shell: ["sh", "-c", "…"].'),
    timeoutSeconds: z.number().positive().max(3600).nullish().describe(`Default ${defaultSeconds}.`),
  }),
  reads: false,
  use: async (asked, bench) => {
    if (asked.argv[0] === '' || asked.argv.some((part) => part.includes('\0')))
      throw new Refusal('command.invalid', 'a program has a name, and no argument holds a NUL')
    const timeoutMs = Math.min((asked.timeoutSeconds ?? defaultSeconds) * 1000, bench.left())
    const excerpt = openExcerpt()
    const { surroundings, context, contract, root } = bench
    const home = agentHome(surroundings, contract.id)
    mkdirSync(home, { recursive: true, mode: 0o700 })
    const result = await runChild(surroundings, context, {
      command: { argv: confined(surroundings.env, asked.argv, confinementRules(bench, { writes: true })) },
      cwd: root,
      timeoutMs,
      tailBytes: 0,
      onOutput: excerpt.write,
      passed: contract.executor.kind === 'model' ? contract.executor.pass : [],
      extra: environmentOf(bench, home),
    })
    const restored = restorePointer(root)
    context.signal.throwIfAborted()
    const note = restored ? '\n[the file .git was changed; it was put back]' : ''
    return resultOf(asked, result, timeoutMs, excerpt.text() + note)
  },
}

const environmentOf = ({ contract, root }: Bench, home: string): Record<string, string> => ({
  // Its own `git add --all` leaves out what setup left lying, as ours does.
  ...gitEnvironment({ 'core.excludesFile': excludeFile(root) }),
  HOME: home,
  // Shared ones lie outside its confinement: read at most.
  CARGO_HOME: join(home, '.cargo'),
  GOMODCACHE: join(home, 'go-mod'),
  [contractVariable]: contract.id,
})

function resultOf(asked: Asked, result: ProcessResult, timeoutMs: number, output: string): Result {
  if (result.spawnError)
    throw new Refusal('command.not_startable', `${asked.argv[0]} cannot be started (${result.spawnError.code})`)
  const problem = misfortune(result, { timeoutMs }) ?? 'ended with exit code 0'
  const text = `It ${problem} after ${(result.durationMs / 1000).toFixed(1)} s. Its output:\n${output || '[none]'}`
  const line = commandLine({ argv: asked.argv }).replaceAll(/\s+/g, ' ')
  return {
    text,
    line: `ran ${line.length > 120 ? `${line.slice(0, 119)}…` : line} (${result.exitCode ?? 'ended'})`,
    mark: `run ${JSON.stringify(asked.argv)}`,
  }
}
