import { ActivityFailure } from '../../runtime/index.ts'
import { type Git, GitFailure } from './run.ts'

/** `merge-tree --write-tree`, which merges without a checkout, came with 2.38. */
export const oldestGit = [2, 38] as const

const checked = new WeakMap<Git, Promise<void>>()

/** Rejects with `git.missing` or `git.too_old`. Asked once per process. */
export function requireGit(git: Git, cwd: string): Promise<void> {
  const known = checked.get(git) ?? check(git, cwd)
  checked.set(git, known)
  known.catch(() => checked.delete(git))
  return known
}

async function check(git: Git, cwd: string) {
  const answer = await git(['version'], { cwd }).catch((cause: unknown) => {
    if (!(cause instanceof GitFailure)) throw cause
    throw new ActivityFailure('git.missing', `git cannot be run: ${cause.message}`, { cause })
  })
  const [major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(answer)?.slice(1).map(Number) ?? []
  if (major > oldestGit[0] || (major === oldestGit[0] && minor >= oldestGit[1])) return
  throw new ActivityFailure('git.too_old', `${answer.trim()} is too old: at least ${oldestGit.join('.')} is needed`)
}
