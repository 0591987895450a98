import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { OpenRepository } from './repository.ts'
import { GitFailure } from './run.ts'
import { serially } from './serial.ts'

export type Worktree = { path: string; head: string | null; branch: string | null }

/**
 * Checks `at` (a branch, or a commit: then detached) out into `path`. What lies there is removed first, so it must be
 * nothing but the rest of an attempt that died here. Locked, so that no `git worktree prune` of the person's forgets it.
 */
export const addWorktree = (repository: OpenRepository, path: string, at: { branch: string } | { commit: string }) =>
  serially(repository.dir, async () => {
    const { git, dir } = repository
    mkdirSync(dirname(path), { recursive: true })
    if (existsSync(path)) await discard(repository, path)
    const what = 'branch' in at ? [path, at.branch] : ['--detach', path, at.commit]
    // Forced twice: over a registration whose folder is gone although it was locked. The branch is nobody else's.
    const options = ['--quiet', '--force', '--force', '--lock', '--reason', 'adjutant']
    await git(['worktree', 'add', ...options, ...what], { cwd: dir })
  })

/** Removes a worktree with everything in it, or what is left of one. */
export const discardWorktree = (repository: OpenRepository, path: string) =>
  serially(repository.dir, () => discard(repository, path))

async function discard(repository: OpenRepository, path: string) {
  const remove = () => repository.git(['worktree', 'remove', '--force', '--force', '--', path], { cwd: repository.dir })
  try {
    await remove()
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
    // Half made, half removed, or never registered: git forgets one whose folder is gone.
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    if (await isRegistered(repository, path)) await remove()
  }
  // Files that git gave up on.
  if (existsSync(path)) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

const isRegistered = async (repository: OpenRepository, path: string): Promise<boolean> => {
  const real = realpath(path)
  return (await listWorktrees(repository)).some((worktree) => realpath(worktree.path) === real)
}

/** Also of a path whose end is missing. */
function realpath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : realpath(parent) + path.slice(parent === '/' ? 0 : parent.length)
  }
}

export async function listWorktrees({ git, dir }: Pick<OpenRepository, 'git' | 'dir'>): Promise<Worktree[]> {
  const listing = await git(['worktree', 'list', '--porcelain', '-z'], { cwd: dir })
  return listing
    .split('\0\0')
    .filter((block) => block.startsWith('worktree '))
    .map((block) => {
      const field = (name: string) =>
        block
          .split('\0')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1) ?? null
      return { path: field('worktree') as string, head: field('HEAD'), branch: field('branch') }
    })
}

/** Why a worktree may not be removed: it holds what is nowhere else. null: nothing is lost. Ignored files do not count. */
export async function unsavedIn(
  { git }: OpenRepository,
  path: string,
  { mergedInto, excludeFile }: { mergedInto: string; excludeFile: string },
): Promise<string | null> {
  const status = ['status', '--porcelain', '-z', '--untracked-files=normal', '--ignore-submodules=none']
  const changed = await git(['-c', `core.excludesFile=${excludeFile}`, ...status], { cwd: path })
  if (changed !== '') return `uncommitted changes (${changed.split('\0').length - 1} paths)`
  const ahead = (await git(['rev-list', '--count', 'HEAD', `^${mergedInto}`, '--'], { cwd: path })).trim()
  return ahead === '0' ? null : `${ahead} commits that are not in ${mergedInto.replace('refs/heads/', '')}`
}
