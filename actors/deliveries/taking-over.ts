import { stat } from 'node:fs/promises'
import type { DeliveryRef, Workspace } from '../../machines/index.ts'
import { ActivityFailure } from '../../runtime/index.ts'
import { contentFile } from '../content.ts'
import { type Git, GitFailure, refOf } from '../git/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { excludeFile, inWorktree } from '../workspace/index.ts'
import { DeliveryRefusal } from './refusal.ts'

type Branched = { path: string; branch: string; baseCommit: string }

/**
 * Puts a worker's delivery into the workspace, in place of whatever lies there. Repeated, it does the same again.
 * Rejects with DeliveryRefusal: `delivery.no_repository`, `delivery.broken`, `delivery.ambiguous`, `delivery.off_base`,
 * `delivery.not_applicable`.
 */
export async function takeOver(
  { home, git }: Surroundings,
  workspace: Workspace,
  delivery: DeliveryRef,
): Promise<void> {
  const { path, branch, baseCommit } = workspace
  if (branch === null || baseCommit === null)
    throw new DeliveryRefusal('delivery.no_repository', 'the directive has no repository that could take a delivery')
  const file = contentFile(home, delivery.sha256)
  const found = await stat(file).catch(() => undefined)
  if (found?.size !== delivery.bytes)
    throw new ActivityFailure('content.missing', `the delivery ${delivery.sha256} is not in the content store`)
  const at = { path, branch, baseCommit }
  if (delivery.kind === 'bundle') await takeBundle(git, at, file)
  else await takePatch(git, at, file)
}

async function takeBundle(git: Git, at: Branched, file: string): Promise<void> {
  const { commit, name } = await onlyHead(git, at, file)
  const incoming = `refs/adjutant/incoming/${commit}`
  const options = inWorktree(at.path)
  // Objects are checked as they come in; what the pack lacks must be here already.
  const fetch = ['-c', 'fetch.fsckObjects=true', 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head']
  const from = ['--no-recurse-submodules', '--', file, `+${name}:${incoming}`]
  await orRefuse('delivery.broken', 'the bundle cannot be read', file, () =>
    git([...fetch, ...from], { ...options, env: { ...options.env, GIT_ALLOW_PROTOCOL: 'file' } }),
  )
  try {
    await orRefuse('delivery.off_base', `the delivery is not on top of ${at.baseCommit}`, file, () =>
      git(['merge-base', '--is-ancestor', at.baseCommit, commit], options),
    )
    await layOut(git, at, commit)
  } finally {
    await git(['update-ref', '-d', incoming], options)
  }
}

/** A bundle may hold many refs, but only one commit can be the work. */
async function onlyHead(git: Git, at: Branched, file: string): Promise<{ commit: string; name: string }> {
  const listing = await orRefuse('delivery.broken', 'this is no git bundle', file, () =>
    git(['bundle', 'list-heads', file], inWorktree(at.path)),
  )
  const heads = listing.split('\n').flatMap((line) => {
    const [, commit, name] = /^([0-9a-f]{40,64}) (HEAD|refs\/[\w./-]+)$/.exec(line) ?? []
    return commit === undefined || name === undefined ? [] : [{ commit, name }]
  })
  if (new Set(heads.map(({ commit }) => commit)).size === 1) return heads[0]!
  const words = heads.length === 0 ? 'no branch' : heads.map(({ name }) => name).join(', ')
  throw new DeliveryRefusal('delivery.ambiguous', `a bundle must hold one commit as its head; this one has ${words}`)
}

async function takePatch(git: Git, at: Branched, file: string): Promise<void> {
  // Of an attempt that died halfway through something may lie there.
  await layOut(git, at, refOf(at.branch))
  await orRefuse('delivery.not_applicable', 'the patch does not apply to the workspace', file, () =>
    git(['apply', '--index', '--allow-empty', '--whitespace=nowarn', '--', file], inWorktree(at.path)),
  )
}

/** The workspace as `commit` has it, with what setup left. Nobody works in there: it is ours to clear. */
async function layOut(git: Git, { path, branch }: Branched, commit: string): Promise<void> {
  const options = inWorktree(path)
  await git(['symbolic-ref', 'HEAD', refOf(branch)], options)
  await git(['reset', '--quiet', '--hard', commit], options)
  await git(['-c', `core.excludesFile=${excludeFile(path)}`, 'clean', '--quiet', '-d', '--force'], options)
}

async function orRefuse<T>(code: string, words: string, file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (!(cause instanceof GitFailure)) throw cause
    const said = cause.stderr.trim().replaceAll(file, 'the delivery').slice(-2000)
    throw new DeliveryRefusal(code, said === '' ? words : `${words}: ${said}`, { cause })
  }
}
