import type { MergerInput, MergerOutput } from '../machines/index.ts'
import { ActivityFailure, type ActivityContext } from '../runtime/index.ts'
import {
  attemptTrailer,
  commitOf,
  contractTrailer,
  ensureResultBranch,
  GitFailure,
  identity,
  type OpenRepository,
  openRepository,
  refOf,
  resultBranch,
} from './git/index.ts'
import type { Surroundings } from './surroundings.ts'

type Prepare = Extract<MergerInput, { op: 'prepare' }>
type Publish = Extract<MergerInput, { op: 'publish' }>
type Answer<T = MergerOutput> = T extends unknown ? Omit<T, 'at'> : never

/** Merges without any checkout: objects are made first, then one compare-and-swap moves the branch. */
export const createMerger =
  ({ git, home, now }: Surroundings) =>
  async ({ input }: ActivityContext<MergerInput>): Promise<MergerOutput> => {
    const opened = await openRepository(git, home, input.repository)
    const answer = input.op === 'prepare' ? await prepareKnown(opened, input) : await publish(opened, input)
    return { ...answer, at: now() }
  }

/** Without its commits a merge will never succeed, so it is not tried again. */
async function prepareKnown(opened: OpenRepository, input: Prepare): Promise<Answer> {
  try {
    return await prepare(opened, input)
  } catch (cause) {
    for (const commit of [input.commit, input.baseCommit])
      if (cause instanceof GitFailure && (await commitOf(opened, commit)) === undefined)
        throw new ActivityFailure('commit.unknown', `${opened.name} has no commit ${commit}`, { cause })
    throw cause
  }
}

async function prepare(opened: OpenRepository, input: Prepare): Promise<Answer> {
  const tip = await ensureResultBranch(opened, input.directiveId)
  const done = await mergedBefore(opened, tip, input)
  if (done !== undefined) return { status: 'already', mergeCommit: done }
  const merged = await mergeTrees(opened, tip, input.commit)
  if ('files' in merged) return { status: 'conflict', tip, files: merged.files }
  const mergeCommit = await commitMerge(opened, tip, merged.tree, input)
  return { status: 'ready', mergeCommit, tip, tipMoved: tip !== input.baseCommit }
}

// Only our merge commits are first parents between the contract's base and the tip: nobody else's trailer is looked at.
async function mergedBefore(
  { git, dir }: OpenRepository,
  tip: string,
  { contractId, baseCommit }: Prepare,
): Promise<string | undefined> {
  const format = `--format=%H%x00%(trailers:key=${contractTrailer},valueonly,separator=%x00)`
  const ours = ['--first-parent', '--author=adjutant@localhost', `--grep=^${contractTrailer}: `]
  const listing = await git(['log', ...ours, format, tip, `^${baseCommit}`, '--'], { cwd: dir })
  const line = listing.split('\n').find((one) => one.split('\0').slice(1).includes(contractId))
  return line?.split('\0')[0]
}

async function mergeTrees(
  { git, dir }: OpenRepository,
  tip: string,
  commit: string,
): Promise<{ tree: string } | { files: string[] }> {
  try {
    const tree = await git(['merge-tree', '--write-tree', '--no-messages', '--name-only', '-z', tip, commit], {
      cwd: dir,
    })
    return { tree: tree.replace(/[\0\n]/g, '') }
  } catch (error) {
    // 1: a tree with conflicts, followed by the names of the files (or nothing at all, for what cannot be merged).
    const files = error instanceof GitFailure && error.exitCode === 1 ? error.stdout.split('\0').slice(1) : []
    if (files.length === 0) throw error
    return { files: files.filter((file) => file !== '') }
  }
}

/** The same commit whenever the same is merged: repeating it after a crash leaves nothing behind. */
async function commitMerge({ git, dir }: OpenRepository, tip: string, tree: string, input: Prepare): Promise<string> {
  const options = { cwd: dir }
  const [date = '', attempt = ''] = (
    await git(
      ['log', '-1', `--format=%cI%x00%(trailers:key=${attemptTrailer},valueonly,separator=%x20)`, input.commit, '--'],
      options,
    )
  )
    .trimEnd()
    .split('\0')
  const trailers = [
    `${contractTrailer}: ${input.contractId}`,
    ...(attempt === '' ? [] : [`${attemptTrailer}: ${attempt}`]),
  ]
  const message = `${input.title.replaceAll(/\s+/g, ' ')}\n\n${trailers.join('\n')}\n`
  const env = { ...identity, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  return (
    await git(['commit-tree', tree, '-p', tip, '-p', input.commit, '-F', '-'], { ...options, env, input: message })
  ).trim()
}

async function publish(opened: OpenRepository, input: Publish): Promise<Answer> {
  const { git, dir } = opened
  const ref = refOf(resultBranch(input.directiveId))
  try {
    const why = `adjutant: merge of ${input.contractId}`
    await git(['update-ref', '--create-reflog', '-m', why, ref, input.mergeCommit, input.expectedTip], { cwd: dir })
    return { status: 'merged', commit: input.mergeCommit }
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
    const tip = await commitOf(opened, ref)
    if (tip === undefined || tip === input.expectedTip) throw error
    // Moved by us, before a crash kept us from telling; others may have merged since.
    return (await isIn(opened, input.mergeCommit, tip))
      ? { status: 'merged', commit: input.mergeCommit }
      : { status: 'moved', tip }
  }
}

const isIn = ({ git, dir }: OpenRepository, commit: string, tip: string): Promise<boolean> =>
  git(['merge-base', '--is-ancestor', commit, tip], { cwd: dir }).then(
    () => true,
    () => false,
  )
