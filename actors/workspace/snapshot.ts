import { type Git, type GitOptions, refOf } from '../git/index.ts'
import { adoptEmbedded } from './embedded.ts'
import { inWorktree } from './pointer.ts'
import { excludeFile } from './state.ts'

/**
 * Commits everything in a worktree (but what setup left) without hooks, onto whatever its executor committed itself, and
 * moves the contract's branch there. Plumbing, so that it works from any state an executor leaves: a detached HEAD,
 * another branch, a merge half done. Returns the commit.
 */
export async function snapshotTree(
  git: Git,
  folder: string,
  at: { branch: string; baseCommit: string },
  message: string,
): Promise<string> {
  const options = inWorktree(folder)
  const ref = refOf(at.branch)
  await adoptEmbedded(git, folder, excludeFile(folder))
  await git(['-c', `core.excludesFile=${excludeFile(folder)}`, 'add', '--all', '--', '.'], options)
  const tree = (await git(['write-tree'], options)).trim()
  const head = await headOf(git, options)
  const parent = await parentOf(git, options, at, head.commit)
  const commit = (await git(['commit-tree', tree, '-p', parent, '-F', '-'], { ...options, input: message })).trim()
  await git(['update-ref', '--create-reflog', '-m', 'adjutant: work', ref, commit], options)
  if (head.ref !== ref) await git(['symbolic-ref', 'HEAD', ref], options)
  return commit
}

/** Of a branch without a commit there is neither. */
async function headOf(
  git: Git,
  options: GitOptions,
): Promise<{ commit?: string | undefined; ref?: string | undefined }> {
  const answer = await git(['rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD'], options).catch(() => '')
  const [commit, ref] = answer.trim().split('\n')
  return ref === undefined ? {} : { commit, ref }
}

/** HEAD, if it has grown from the base; an executor that went elsewhere is taken by its files alone. */
async function parentOf(
  git: Git,
  options: GitOptions,
  { branch, baseCommit }: { branch: string; baseCommit: string },
  head?: string,
) {
  if (head === baseCommit || (head !== undefined && (await isAncestor(git, options, baseCommit, head)))) return head
  const own = await git(['rev-parse', '--verify', '--quiet', `${refOf(branch)}^{commit}`], options).catch(() => '')
  return own !== '' && (await isAncestor(git, options, baseCommit, own.trim())) ? own.trim() : baseCommit
}

const isAncestor = (git: Git, options: GitOptions, ancestor: string, commit: string): Promise<boolean> =>
  git(['merge-base', '--is-ancestor', ancestor, commit], options).then(
    () => true,
    () => false,
  )
