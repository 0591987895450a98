import { existsSync, mkdirSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ActivityFailure } from '../../runtime/index.ts'
import { type Git, gitEnvironment, GitFailure, type OpenRepository, refOf } from '../git/index.ts'
import { type Remote, withoutPassword } from './remote.ts'

/** Settings of git, and variables for what git starts, with which it may log in there. */
export type Credentials = { settings: Record<string, string>; variables: Record<string, string> }

/** git beside the repository: its objects, and nothing of its settings, hooks, helpers or rewritten addresses. */
type Outpost = (args: readonly string[]) => Promise<string>

/**
 * A repository's settings may have been changed by whoever worked in one of its worktrees, and name programs that git runs
 * when it pushes. So another one is made that only borrows the objects.
 */
export async function withOutpost<T>(
  options: { opened: OpenRepository; folder: string; remote: Remote; credentials: Credentials; signal: AbortSignal },
  use: (outpost: Outpost) => Promise<T>,
): Promise<T> {
  const { opened, folder, remote, credentials, signal } = options
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    await borrow(opened.git, opened.dir, folder)
    const env = {
      // By name and variable: an address may hold a password, and arguments are seen by everybody on the machine.
      ...gitEnvironment({ 'remote.result.url': remote.url, 'http.followRedirects': 'false', ...credentials.settings }),
      ...credentials.variables,
      GIT_ALLOW_PROTOCOL: remote.protocol,
    }
    return await use((args) => opened.git(args, { cwd: folder, env, signal }))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function borrow(git: Git, dir: string, folder: string) {
  const format = (await git(['rev-parse', '--show-object-format'], { cwd: dir })).trim()
  await git(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, '--', folder], { cwd: folder })
  mkdirSync(join(folder, 'objects', 'info'), { recursive: true })
  writeFileSync(join(folder, 'objects', 'info', 'alternates'), `${join(dir, 'objects')}\n`)
  const shallow = join(dir, 'shallow')
  if (existsSync(shallow)) copyFileSync(shallow, join(folder, 'shallow'))
}

/** Moves the remote's branch to the commit: never by force, and no other ref. */
export async function push(outpost: Outpost, commit: string, branch: string): Promise<void> {
  try {
    await outpost(['push', '--porcelain', '--no-verify', '--', 'result', `${commit}:${refOf(branch)}`])
  } catch (cause) {
    throw cause instanceof GitFailure ? failureOf(cause) : cause
  }
}

/** The branch that the remote's HEAD stands for. */
export async function defaultBranchOf(outpost: Outpost): Promise<string> {
  const answer = await outpost(['ls-remote', '--symref', '--', 'result', 'HEAD']).catch((cause: unknown) => {
    throw cause instanceof GitFailure ? failureOf(cause) : cause
  })
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(answer)?.[1]
  if (branch !== undefined) return branch
  throw new ActivityFailure('publishing.base_unknown', 'the remote has no default branch: name one as the base')
}

const denied = /authentication failed|could not read (username|password)|permission denied|access denied|\b40[13]\b/i
const nowhere = /not found|does not exist|does not appear to be a git repository/i

function failureOf(cause: GitFailure): ActivityFailure {
  // The remote's own words explain more than git's last line.
  const said = cause.stderr.split('\n').find((line) => /^(remote|fatal|error): \S/.test(line)) ?? cause.message
  const reason = withoutPassword(said).slice(0, 500)
  const fail = (code: string, retryable: boolean) => new ActivityFailure(code, reason, { cause, retryable })
  if (/^!\t/m.test(cause.stdout)) {
    const why = /^!\t.*\t(.*)$/m.exec(cause.stdout)?.[1] ?? ''
    return new ActivityFailure('publishing.push_rejected', `the remote takes no such branch: ${why}`, { cause })
  }
  if (denied.test(cause.stderr)) return fail('publishing.push_denied', false)
  if (nowhere.test(cause.stderr)) return fail('publishing.remote_missing', false)
  return fail('publishing.push_failed', true)
}
