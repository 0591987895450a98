import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from '../../git/index.ts'
import { inWorktree } from '../../workspace/index.ts'
import { fingerprint } from '../fingerprint.ts'

/** More changed files than these are not looked at one by one. */
const manyFiles = 5000

/**
 * Changes whenever what an agent works on does: files that git would commit, commits, and what lies in the outbox. A sign
 * of progress for agents that say nothing about it. Looked at only when they have shown none for the whole idle limit.
 */
export const workOn =
  (git: Git, workspace: { path: string; baseCommit: string | null }, outbox: string) => async (): Promise<string> => {
    const work = workspace.baseCommit === null ? fingerprint(workspace.path) : changes(git, workspace.path)
    return (await Promise.all([work, fingerprint(outbox)])).join('\n')
  }

async function changes(git: Git, path: string): Promise<string> {
  const options = inWorktree(path)
  const [head, status] = await Promise.all([
    git(['rev-parse', 'HEAD'], options).catch(() => ''),
    git(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all'], options),
  ])
  const files = status.split('\0').filter((entry) => entry !== '')
  const marks = await Promise.all(files.slice(0, manyFiles).map((entry) => markOf(path, entry)))
  return [head, files.length, ...marks].join('\n')
}

const markOf = (path: string, entry: string): Promise<string> =>
  stat(join(path, entry.slice(3))).then(
    ({ mtimeMs, size }) => `${entry} ${mtimeMs} ${size}`,
    () => entry,
  )
