import { execFile } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { OwnEnvironment } from '../process/index.ts'

/** git said no. `message` is its own last line. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  constructor(args: readonly string[], result: Result) {
    const said = result.stderr.trim().split('\n').at(-1) ?? ''
    super(`git ${args[0] ?? ''}: ${said || `exit code ${result.exitCode}`}`)
    this.exitCode = result.exitCode
    this.stdout = result.stdout
    this.stderr = result.stderr
  }
}

export type GitOptions = {
  cwd: string
  input?: string
  env?: Record<string, string>
  signal?: AbortSignal
}

/** Runs git and gives its standard output as it is. Rejects with GitFailure. */
export type Git = (args: readonly string[], options: GitOptions) => Promise<string>

export const identity = {
  GIT_AUTHOR_NAME: 'Adjutant',
  GIT_AUTHOR_EMAIL: 'adjutant@localhost',
  GIT_COMMITTER_NAME: 'Adjutant',
  GIT_COMMITTER_EMAIL: 'adjutant@localhost',
}

/**
 * What keeps a repository from running code in us, or in a child that calls git: no hooks, no file system monitor, no
 * `ext::` transports. `safe.directory`: the repository was named by the person we work for, whoever owns its files
 * (git otherwise refuses as root in a user's clone); settings from the environment are among the few that may say so.
 */
const confined: Record<string, string> = {
  'safe.directory': '*',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'protocol.ext.allow': 'never',
  'submodule.recurse': 'false',
  // A user's repository is not repacked because we made a commit in it.
  'gc.auto': '0',
  'maintenance.auto': 'false',
}

const settingsFromEnvironment = (settings: Record<string, string>): Record<string, string> => ({
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_COUNT: String(Object.keys(settings).length),
  ...Object.fromEntries(
    Object.entries(settings).flatMap(([key, value], i) => [
      [`GIT_CONFIG_KEY_${i}`, key],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]),
  ),
})

/** For children that work on the repository: they commit as us and run no hook. `settings` are added to those. */
export const gitEnvironment = (settings: Record<string, string> = {}): Record<string, string> => ({
  ...identity,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  ...settingsFromEnvironment({ ...confined, ...settings }),
})

/** For verifiers: test suites make repositories of their own, with hooks and authors that are not ours to decide. */
export const trustingGitEnvironment = (): Record<string, string> => settingsFromEnvironment({ 'safe.directory': '*' })

// Ours alone: neither the person's ignore rules nor attributes nor signing key have a say in what is committed.
const flags = [
  '-c protocol.file.allow=user',
  '-c core.excludesFile=/dev/null',
  '-c core.attributesFile=/dev/null',
  '-c commit.gpgSign=false',
  '-c core.quotePath=false',
  '-c advice.addEmbeddedRepo=false',
].flatMap((flag) => flag.split(' '))

/** Half a gigabyte: a listing or a diff of any repository that fits on two cores. */
const maxBuffer = 512 * 1024 * 1024

export function openGit(own: OwnEnvironment): Git {
  const env: Record<string, string> = {
    PATH: own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    // For ssh's keys and known hosts; git itself reads no settings there.
    HOME: own['HOME'] ?? '/nonexistent',
    ...(own['SSH_AUTH_SOCK'] === undefined ? {} : { SSH_AUTH_SOCK: own['SSH_AUTH_SOCK'] }),
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    LC_ALL: 'C.UTF-8',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh',
    ...gitEnvironment(),
  }
  return async (args, options) => {
    for (let round = 0; ; round++) {
      const result = await start([...flags, ...args], { ...options, env: { ...env, ...options.env } })
      if (result.exitCode === 0) return result.stdout
      options.signal?.throwIfAborted()
      const failure = new GitFailure(args, result)
      if (round >= 60 || !(await lockMayGo(failure))) throw failure
    }
  }
}

type Result = { exitCode: number | null; stdout: string; stderr: string }

// Not execa: git leaves no tree behind, an activity calls it ten times over, and execa took a third of each call (50 ms
// against 32 ms on two busy cores).
const start = (args: string[], { cwd, env, input, signal }: GitOptions): Promise<Result> =>
  new Promise((resolve) => {
    const child = execFile('git', args, { cwd, env, signal, maxBuffer, encoding: 'utf8' }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ exitCode, stdout, stderr: exitCode === null ? `${stderr}${error?.message ?? ''}` : stderr })
    })
    // git may end before it has read all.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })

/** A git that was killed leaves its lock behind for ever; one that lives holds it for moments. */
const staleLockMs = 5000

/** Whether the failure is a lock of another git, after waiting for it; a lock that is both old and ours is removed. */
async function lockMayGo(failure: GitFailure): Promise<boolean> {
  const lock = /Unable to create '(.+\.lock)': File exists/.exec(failure.stderr)?.[1]
  if (lock === undefined) return false
  await delay(100 + Math.floor(performance.now() % 100))
  if (isOurs(lock) && ageOf(lock) > staleLockMs) rmSync(lock, { force: true })
  return true
}

const isOurs = (lock: string): boolean =>
  /\/worktrees\/[^/]+\/(index|HEAD)\.lock$/.test(lock) || /\/refs\/heads\/adjutant\/.+\.lock$/.test(lock)

function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}
