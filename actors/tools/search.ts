import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { runChild } from '../child.ts'
import { gitEnvironment } from '../git/index.ts'
import { contractVariable, confined } from '../process/index.ts'
import { excludeFile } from '../workspace/index.ts'
import { partsOf } from './confinement.ts'
import { confinementRules } from './program-confinement.ts'
import { type Bench, Refusal, type Tool } from './tool.ts'

const timeoutMs = 30_000
const maxMatches = 200
const maxLine = 300
const maxBytes = 256 * 1024

const Asked = z.strictObject({
  pattern: z.string().min(1).max(1000).describe('What to find, as it stands in the line.'),
  regex: z.boolean().nullish().describe('Take the pattern as an extended POSIX regular expression. Default false.'),
  ignoreCase: z.boolean().nullish().describe('Default false.'),
  path: z.string().nullish().describe('A folder or file to search in, relative to the workspace. Default: all of it.'),
  files: z.string().min(1).max(200).nullish().describe('Which files in that folder: a glob like "*.ts".'),
})
type Asked = z.infer<typeof Asked>

export const search: Tool<Asked> = {
  name: 'search',
  description: `Find lines in the text files of the workspace, ignored files left out. At most ${maxMatches} lines are shown, each as path:line:text.`,
  arguments: Asked,
  reads: true,
  use: async (asked, bench) => {
    const { output, whole } = await grep(asked, bench)
    const lines = output.toString('utf8').split('\n').slice(0, -1)
    const shown = lines.slice(0, maxMatches).map(shortened)
    const more = whole && lines.length <= maxMatches ? [] : ['[and more: ask for something rarer]']
    return {
      text: [...shown, ...more].join('\n') || '[nothing found]',
      line: `searched for ${asked.pattern.slice(0, 60)}`,
      mark: `search ${JSON.stringify(asked)}`,
    }
  },
}

const shortened = (line: string): string => (line.length > maxLine ? `${line.slice(0, maxLine)} […]` : line)

/** By git, which is ended when it takes too long: a regular expression from a model could hold this process for years. */
async function grep(asked: Asked, bench: Bench): Promise<{ output: Buffer; whole: boolean }> {
  const { surroundings, context, contract, root } = bench
  const chunks: Buffer[] = []
  let bytes = 0
  const enough = new AbortController()
  const result = await runChild(
    surroundings,
    { ...context, signal: AbortSignal.any([context.signal, enough.signal]) },
    {
      command: {
        argv: confined(surroundings.env, commandFor(asked, root), confinementRules(bench, { writes: false })),
      },
      cwd: root,
      timeoutMs: Math.min(timeoutMs, bench.left()),
      onOutput: (chunk) => {
        if (bytes < maxBytes) chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= maxBytes) enough.abort()
      },
      extra: { ...gitEnvironment({ 'core.excludesFile': excludeFile(root) }), [contractVariable]: contract.id },
    },
  )
  context.signal.throwIfAborted()
  const whole = !enough.signal.aborted
  if (whole && result.timedOut !== false) throw new Refusal('search.timed_out', 'the search took too long')
  if (whole && result.exitCode !== 0 && result.exitCode !== 1)
    throw new Refusal('search.invalid', result.outputTail.trim() || 'git grep could not be run')
  return { output: Buffer.concat(chunks), whole }
}

const commandFor = (asked: Asked, root: string): string[] => [
  'git',
  'grep',
  // Without a repository ignore rules are not looked for either.
  existsSync(join(root, '.git')) ? '--untracked' : '--no-index',
  ...['--threads=1', '--no-color', '--no-textconv', '-n', '-I'],
  asked.regex ? '-E' : '-F',
  ...(asked.ignoreCase ? ['-i'] : []),
  ...['-e', asked.pattern, '--', pathspec(asked, root)],
]

function pathspec({ path, files }: Asked, root: string): string {
  const folder = partsOf(root, path ?? '.').join('/')
  if (!files) return `:(literal)${folder}`
  const escaped = folder.replaceAll(/[\\*?[\]]/g, '\\$&')
  return `:(glob)${escaped === '' ? '' : `${escaped}/`}**/${files.replace(/^(\.?\/)+/, '')}`
}
