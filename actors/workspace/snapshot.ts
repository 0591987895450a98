import type { Git } from '../git/index.ts'
import { excludeFile } from './state.ts'

export type Snapshot = { commit: string; changed: boolean }

/**
 * Commits everything in a worktree (but what setup left) without hooks, onto whatever its executor committed itself, and
 * moves the contract's branch there. Plumbing, so that it works from any state an executor leaves: a detached HEAD,
 * another branch, a merge half done.
 */
export async function snapshotTree(
  git: Git,
  folder: string,
  at: { branch: string; baseCommit: string },
  message: string,
): Promise<Snapshot> {
  const options = { cwd: folder }
  await git(['-c', `core.excludesFile=${excludeFile(folder)}`, 'add', '--all', '--', '.'], options)
  const tree = (await git(['write-tree'], options)).trim()
  const parent = await parentOf(git, folder, at)
  const commit = (await git(['commit-tree', tree, '-p', parent, '-F', '-'], { ...options, input: message })).trim()
  const ref = `refs/heads/${at.branch}`
  await git(['update-ref', '--create-reflog', '-m', 'adjutant: work', ref, commit], options)
  await git(['symbolic-ref', 'HEAD', ref], options)
  const changed = (await git(['rev-parse', `${at.baseCommit}^{tree}`], options)).trim() !== tree
  return { commit, changed }
}

/** HEAD, if it has grown from the base; an executor that went elsewhere is taken by its files alone. */
async function parentOf(git: Git, folder: string, at: { branch: string; baseCommit: string }): Promise<string> {
  for (const candidate of ['HEAD', `refs/heads/${at.branch}`]) {
    const commit = await git(['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`], { cwd: folder }).catch(
      () => '',
    )
    if (commit !== '' && (await isAncestor(git, folder, at.baseCommit, commit.trim()))) return commit.trim()
  }
  return at.baseCommit
}

const isAncestor = (git: Git, cwd: string, ancestor: string, commit: string): Promise<boolean> =>
  git(['merge-base', '--is-ancestor', ancestor, commit], { cwd }).then(
    () => true,
    () => false,
  )
