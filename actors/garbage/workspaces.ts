import { rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { checkoutsFolder, scratchFolder, worktreesFolder } from '../folders.ts'
import {
  commitOf,
  discardWorktree,
  openGit,
  type OpenRepository,
  openRepository,
  refOf,
  resultBranch,
  unsavedIn,
} from '../git/index.ts'
import { embeddedIn, excludeFile, isPointerIntact, stateFiles } from '../workspace/index.ts'
import { foldersIn, type Leftover, sizeOf } from './leftover.ts'
import type { KnownDirective, Survey } from './survey.ts'

/** Where a directive that has ended has worked. Nothing is changed by looking. */
export async function* workspacesOf(survey: Survey, directive: KnownDirective): AsyncGenerator<Leftover> {
  const { home } = survey
  const { id } = directive
  const worktrees = foldersIn(worktreesFolder(home, id))
  const checkouts = foldersIn(checkoutsFolder(home, id))
  const opened = worktrees.length + checkouts.length > 0 ? await open(survey, id) : null
  for (const folder of checkouts)
    yield leftover('checkout', folder, id, 'verifiers have ended', () => discard(opened, folder))
  for (const folder of worktrees) {
    const unmerged = await reasonToKeep(opened, folder, id)
    const lost = unmerged === null ? 'its work is in the result' : `to be discarded: ${unmerged}`
    if (unmerged === null || directive.discard)
      yield leftover('worktree', folder, id, lost, () => discard(opened, folder))
    else yield leftover('worktree', folder, id, unmerged, null)
  }
  for (const folder of foldersIn(dirname(scratchFolder(home, id, 'any', 1))))
    yield directive.discard
      ? leftover('result', folder, id, 'to be discarded', () => removeFolder(folder))
      : leftover('result', folder, id, 'is in no repository: what was made is here only', null)
}

type Opened = OpenRepository | { problem: string } | null

/** A repository that is gone, or is none any more, is a reason and no failure. */
async function open({ home, env, repositoryOf }: Survey, id: string): Promise<Opened> {
  try {
    const repository = await repositoryOf(id)
    return repository && (await openRepository(openGit(env), home, repository))
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/**
 * Why a worktree has to stay; null: nothing is lost with it. Git is not asked in one whose `.git` is not as we made it:
 * settings of another repository would run as programs.
 */
async function reasonToKeep(opened: Opened, folder: string, id: string): Promise<string | null> {
  if (opened === null) return 'its directive names no repository'
  if ('problem' in opened) return `nobody can tell what is merged: ${opened.problem}`
  const result = refOf(resultBranch(id))
  if ((await commitOf(opened, result)) === undefined) return 'there is no result that it could be in'
  if (!isPointerIntact(folder)) return 'its .git is not as it was made'
  try {
    const [embedded] = await embeddedIn(opened.git, folder, excludeFile(folder))
    if (embedded !== undefined) return `${embedded} in it is a repository of its own`
    return await unsavedIn(opened, folder, { mergedInto: result, excludeFile: excludeFile(folder) })
  } catch (error) {
    return `git cannot tell what is merged: ${(error as Error).message}`
  }
}

async function discard(opened: Opened, folder: string) {
  if (opened !== null && !('problem' in opened)) await discardWorktree(opened, folder)
  for (const path of stateFiles(folder)) rmSync(path, { force: true })
  removeFolder(folder)
}

/** With the folder around it, if nothing else is in there. */
export function removeFolder(folder: string) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  try {
    rmdirSync(dirname(folder))
  } catch {
    // gone already, or others are in it
  }
}

const leftover = (
  kind: Leftover['kind'],
  path: string,
  directiveId: string,
  reason: string,
  remove: Leftover['remove'],
): Leftover => ({ kind, path, directiveId, reason, remove, bytes: sizeOf(path) })
