import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CleanerInput, CleanerOutput } from '../machines/index.ts'
import type { ActivityContext } from '../runtime/index.ts'
import { checkoutsFolder, scratchFolder, worktreesFolder } from './folders.ts'
import {
  commitOf,
  discardWorktree,
  type OpenRepository,
  openRepository,
  refOf,
  resultBranch,
  unsavedIn,
} from './git/index.ts'
import type { Surroundings } from './surroundings.ts'
import { adoptEmbedded, excludeFile, restorePointer, stateFiles } from './workspace/index.ts'

type Swept = Pick<CleanerOutput, 'removed' | 'kept'>

/** Removes the folders of a finished directive whose content is in its result. Branches, logs and outboxes stay. */
export const createCleaner =
  ({ git, home, now }: Surroundings) =>
  async ({ input }: ActivityContext<CleanerInput>): Promise<CleanerOutput> => {
    const { directiveId, repository } = input
    const swept: Swept = { removed: [], kept: [] }
    const checkouts = foldersIn(checkoutsFolder(home, directiveId))
    if (repository === null) {
      for (const folder of checkouts) remove(swept, folder)
      // There is no other place that holds what such a directive has made.
      const made = foldersIn(dirname(scratchFolder(home, directiveId, 'any', 1)))
      swept.kept.push(...made.map((path) => ({ path, reason: 'holds the result' })))
    } else {
      const opened = await openRepository(git, home, repository)
      for (const folder of checkouts) await discard(swept, opened, folder)
      const result = refOf(resultBranch(directiveId))
      for (const folder of foldersIn(worktreesFolder(home, directiveId))) {
        const reason = await reasonToKeep(opened, folder, result)
        if (reason === null) await discard(swept, opened, folder)
        else swept.kept.push({ path: folder, reason })
      }
    }
    for (const folder of [checkoutsFolder, worktreesFolder]) removeEmpty(folder(home, directiveId))
    return { at: now(), ...swept }
  }

async function reasonToKeep(opened: OpenRepository, folder: string, result: string): Promise<string | null> {
  if ((await commitOf(opened, result)) === undefined) return 'there is no result branch'
  restorePointer(folder)
  if (!existsSync(join(folder, '.git'))) return 'is no worktree'
  await adoptEmbedded(opened.git, folder, excludeFile(folder))
  return unsavedIn(opened, folder, { mergedInto: result, excludeFile: excludeFile(folder) })
}

async function discard(swept: Swept, opened: OpenRepository, folder: string) {
  await discardWorktree(opened, folder)
  remove(swept, folder)
}

function remove(swept: Swept, folder: string) {
  for (const path of [folder, ...stateFiles(folder)]) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  swept.removed.push(folder)
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(folder, entry.name))
        .sort()
    : []

function removeEmpty(folder: string) {
  try {
    rmdirSync(folder)
  } catch {
    // not there, or what was kept is in it
  }
}
