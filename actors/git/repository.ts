import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Repository } from '../../machines/index.ts'
import { ActivityFailure } from '../../runtime/index.ts'
import { refOf, resultBranch } from './names.ts'
import { type Git, GitFailure } from './run.ts'
import { serially } from './serial.ts'
import { protocolOf } from './url.ts'
import { requireGit } from './version.ts'

/** A repository at hand: where branches and worktrees are made. */
export type OpenRepository = {
  git: Git
  /** The folder of git's own files, shared by all worktrees; git runs here. */
  dir: string
  /** The person's checkout, which is read (`copy`) and never written; null for a bare repository or a clone of ours. */
  checkout: string | null
  /** What was asked for, for messages. */
  name: string
  baseRef: string
  /** Fetched from elsewhere: `baseRef` names something there. */
  url: string | null
}

/** Rejects with `repository.missing` or `repository.not_git`. A URL is cloned (bare, under `home`) but not yet fetched. */
export async function openRepository(git: Git, home: string, repository: Repository): Promise<OpenRepository> {
  await requireGit(git, home)
  const { url, path = '', baseRef } = repository
  return url === undefined ? openPath(git, path, baseRef) : openClone(git, home, url, baseRef)
}

async function openPath(git: Git, path: string, baseRef: string): Promise<OpenRepository> {
  if (!isFolder(path)) throw new ActivityFailure('repository.missing', `${path} is no folder`)
  const questions = ['--is-bare-repository', '--is-inside-work-tree', '--git-common-dir', '--show-prefix']
  const answers = await git(['rev-parse', ...questions], { cwd: path }).catch((cause: unknown) => {
    if (!(cause instanceof GitFailure)) throw cause
    const message = `${path} is no git repository (make it one with git init)`
    throw new ActivityFailure('repository.not_git', message, { cause })
  })
  const [bare, worktree, common = '', prefix] = answers.split('\n')
  const dir = realpathSync(resolve(path, common))
  const found = { git, dir, name: path, baseRef, url: null }
  if (bare === 'true') return { ...found, checkout: null }
  if (worktree !== 'true' || prefix !== '') {
    const whole = worktree === 'true' ? resolve(realpathSync(path), (prefix ?? '').replaceAll(/[^/]+/g, '..')) : dir
    throw new ActivityFailure('repository.not_git', `${path} is no repository of its own but a folder of ${whole}`)
  }
  return { ...found, checkout: realpathSync(path) }
}

async function openClone(git: Git, home: string, url: string, baseRef: string): Promise<OpenRepository> {
  protocolOf(url)
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 12)
  const last = url.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? ''
  const dir = join(home, 'repositories', `${last.replace(/\.git$/, '').replaceAll(/[^A-Za-z0-9_-]/g, '-')}-${hash}.git`)
  mkdirSync(dir, { recursive: true })
  // Repeated it changes nothing, so a crash between this and the first fetch costs nothing.
  await serially(dir, () => git(['init', '--quiet', '--bare', '--template=', '--', dir], { cwd: dir }))
  return { git, dir: realpathSync(dir), checkout: null, name: url, baseRef, url }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** The commit a ref, tag or id names, or undefined. */
export const commitOf = (repository: Pick<OpenRepository, 'git' | 'dir'>, ref: string): Promise<string | undefined> =>
  repository
    .git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { cwd: repository.dir })
    .then(
      (found) => found.trim(),
      (error: unknown) => {
        if (error instanceof GitFailure) return undefined
        throw error
      },
    )

/** The tip of the directive's result branch, made at `baseRef`'s commit when it is not there yet. */
export async function ensureResultBranch(repository: OpenRepository, directiveId: string): Promise<string> {
  const ref = refOf(resultBranch(directiveId))
  const tip = await commitOf(repository, ref)
  if (tip !== undefined) return tip
  await createRef(repository, ref, await baseCommitOf(repository), 'adjutant: start of the result')
  const made = await commitOf(repository, ref)
  if (made === undefined) throw new ActivityFailure('repository.branch_lost', `${ref} vanished from ${repository.name}`)
  return made
}

/** The commit `baseRef` names. Rejects with `repository.base_unknown`. */
export async function baseCommitOf(repository: OpenRepository): Promise<string> {
  const { baseRef, name } = repository
  if (repository.url !== null) await serially(repository.dir, () => fetchAll(repository, repository.url as string))
  const places =
    repository.url === null ? [baseRef] : [`refs/remotes/origin/${baseRef}`, `refs/tags/${baseRef}`, baseRef]
  for (const place of places) {
    const commit = await commitOf(repository, place)
    if (commit !== undefined) return commit
  }
  const empty = (await repository.git(['for-each-ref', '--count=1'], { cwd: repository.dir })) === ''
  throw new ActivityFailure(
    'repository.base_unknown',
    empty ? `${name} has no commit yet` : `${name} has no branch, tag or commit "${baseRef}"`,
  )
}

async function fetchAll({ git, dir, name }: OpenRepository, url: string) {
  const options = { cwd: dir, env: { GIT_ALLOW_PROTOCOL: protocolOf(url) } }
  try {
    const refs = ['+HEAD:refs/remotes/origin/HEAD', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
    await git(
      ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--', url, ...refs],
      options,
    )
  } catch (cause) {
    if (!(cause instanceof GitFailure)) throw cause
    const gone = /does not appear to be a git repository|not found|does not exist/i.test(cause.stderr)
    // An empty repository has no HEAD to fetch.
    if (/couldn't find remote ref HEAD/i.test(cause.stderr)) return
    throw new ActivityFailure(gone ? 'repository.missing' : 'repository.unreachable', `${name}: ${cause.message}`, {
      cause,
      retryable: !gone,
    })
  }
}

/** Makes a ref unless it is there: then it stays as it is. */
export async function createRef(
  { git, dir }: Pick<OpenRepository, 'git' | 'dir'>,
  ref: string,
  commit: string,
  why: string,
) {
  try {
    await git(['update-ref', '--create-reflog', '-m', why, ref, commit, ''], { cwd: dir })
  } catch (error) {
    if (!(error instanceof GitFailure) || (await commitOf({ git, dir }, ref)) === undefined) throw error
  }
}
