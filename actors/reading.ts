import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Repository } from '../machines/index.ts'
import { attemptFolder, attemptLog } from './folders.ts'
import { baseCommitOf, commitOf, openGit, openRepository, refOf, resultBranch } from './git/index.ts'
import type { OwnEnvironment } from './process/index.ts'

/** The output of one attempt of a contract, or of its last one; null: there is none (yet). */
export function logOfAttempt(
  home: string,
  { directiveId, contractId, attempt }: { directiveId: string; contractId: string; attempt?: number | undefined },
): { path: string; attempt: number } | null {
  const contract = dirname(attemptFolder(home, directiveId, contractId, 1))
  const names = existsSync(contract) ? readdirSync(contract) : []
  const attempts = names.flatMap((name) => /^attempt-(\d+)$/.exec(name)?.[1] ?? []).map(Number)
  const wanted = attempt ?? Math.max(0, ...attempts)
  const path = attemptLog(attemptFolder(home, directiveId, contractId, wanted))
  return existsSync(path) ? { path, attempt: wanted } : null
}

type Range = { directiveId: string; repository: Repository; from?: string | null; to?: string | null }

/**
 * What changed between two commits as a unified diff; by default from `baseRef` to the result. null: there is no result.
 * Rejects with the codes of `openRepository`, and with GitFailure for commits that are gone.
 */
export async function diffOf(
  options: { home: string; env: OwnEnvironment },
  { directiveId, repository, from, to }: Range,
): Promise<string | null> {
  const git = openGit(options.env)
  const opened = await openRepository(git, realpathSync(options.home), repository)
  const end = to ?? (await commitOf(opened, refOf(resultBranch(directiveId))))
  if (!end) return null
  const start = from ?? (await baseCommitOf(opened))
  const plainly = ['--no-ext-diff', '--no-textconv', '--no-color']
  return git(['diff', ...plainly, `${start}...${end}`, '--'], { cwd: opened.dir })
}
