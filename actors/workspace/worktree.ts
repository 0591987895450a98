import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkspaceInput } from '../../machines/index.ts'
import { addWorktree, commitOf, createRef, type OpenRepository, refOf, stepBranch } from '../git/index.ts'
import { snapshotTree } from './snapshot.ts'
import { inWorktree, pointerIn, restorePointer } from './pointer.ts'
import { readState, writeState, type WorktreeState } from './state.ts'

/** Finds the contract's worktree or makes it; a fresh base is given once per attempt. Repeatable from any line. */
export async function worktreeFor(
  repository: OpenRepository,
  folder: string,
  input: WorkspaceInput,
  tip: string,
): Promise<WorktreeState> {
  if (existsSync(folder)) restorePointer(folder)
  const known = existsSync(join(folder, '.git')) ? readState(folder) : undefined
  if (known === undefined) return makeWorktree(repository, folder, input, tip)
  return input.freshBase && known.freshAttempt < input.attempt
    ? rebaseWorktree(repository, folder, input, { known, tip })
    : known
}

async function makeWorktree(repository: OpenRepository, folder: string, input: WorkspaceInput, tip: string) {
  const branch = stepBranch(input.directiveId, input.step, input.generation)
  await createRef(repository, refOf(branch), tip, 'adjutant: start of a step')
  await addWorktree(repository, folder, { branch })
  const state: WorktreeState = {
    contractId: input.contractId,
    branch,
    // The branch may be older than this folder, which somebody removed: then its base is where it left the result.
    baseCommit: (await forkOf(repository, branch, tip)) ?? tip,
    pointer: pointerIn(folder),
    freshAttempt: 0,
    excluded: [],
  }
  writeState(folder, state)
  return state
}

const forkOf = async ({ git, dir }: OpenRepository, branch: string, tip: string): Promise<string | undefined> => {
  const base = await git(['merge-base', '--', refOf(branch), tip], { cwd: dir }).catch(() => '')
  return base.trim() || undefined
}

/**
 * Puts the branch onto the present tip. What was there, committed or not, is kept under `refs/adjutant/kept/…`: it is not
 * merged, so it is not deleted, and whoever works next may look at it.
 */
async function rebaseWorktree(
  repository: OpenRepository,
  folder: string,
  input: WorkspaceInput,
  { known, tip }: { known: WorktreeState; tip: string },
): Promise<WorktreeState> {
  const { git } = repository
  const kept = keptRef(input)
  if ((await commitOf(repository, kept)) === undefined) {
    const commit = await snapshotTree(git, folder, known, 'Work before a new base')
    await createRef(repository, kept, commit, 'adjutant: work before a new base')
  }
  const options = inWorktree(folder)
  await git(['symbolic-ref', 'HEAD', refOf(known.branch)], options)
  await git(['reset', '--quiet', '--hard', tip], options)
  const state: WorktreeState = { ...known, baseCommit: tip, freshAttempt: input.attempt, setup: undefined }
  writeState(folder, state)
  return state
}

const keptRef = ({ directiveId, step, generation, attempt }: WorkspaceInput) =>
  `refs/adjutant/kept/${directiveId}/${step}-g${generation}/before-attempt-${attempt}`
