import { lstatSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { Git } from '../git/index.ts'
import { inWorktree } from './pointer.ts'

/**
 * Makes plain folders of repositories that somebody made or cloned within a worktree. Committed as they are, nobody would
 * get their files; and git, told to look at them once more, would run the programs that their settings name (filters),
 * which whoever works in the worktree can write. Submodules, whose settings lie with the repository's own, stay.
 */
export async function adoptEmbedded(git: Git, folder: string, excludes: string): Promise<void> {
  // One may lie in another, and is seen when that is none any more.
  for (let round = 0; round < 20; round++) {
    const embedded = await embeddedIn(git, folder, excludes)
    if (embedded.length === 0) return
    for (const path of embedded) rmSync(join(folder, path, '.git'), { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Repositories within a worktree that somebody made or cloned there, relative to it. */
export async function embeddedIn(git: Git, folder: string, excludes: string): Promise<string[]> {
  const own = resolve(folder, (await git(['rev-parse', '--git-common-dir'], inWorktree(folder))).trim())
  return (await repositoriesIn(git, folder, excludes)).filter((path) => isForeign(join(folder, path), own))
}

async function repositoriesIn(git: Git, folder: string, excludes: string): Promise<string[]> {
  const options = inWorktree(folder)
  const [staged, untracked] = await Promise.all([
    git(['ls-files', '--stage', '-z'], options),
    git(['-c', `core.excludesFile=${excludes}`, 'ls-files', '--others', '--exclude-standard', '-z'], options),
  ])
  const links = staged.split('\0').filter((line) => line.startsWith('160000 '))
  // Of all that is untracked only repositories are listed as folders.
  const folders = untracked.split('\0').filter((path) => path.endsWith('/'))
  return [...links.map((line) => line.slice(line.indexOf('\t') + 1)), ...folders]
}

function isForeign(repository: string, own: string): boolean {
  const file = join(repository, '.git')
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return false
  if (!stats.isFile()) return true
  const target = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
  return target === undefined || !resolve(repository, target).startsWith(own + sep)
}
