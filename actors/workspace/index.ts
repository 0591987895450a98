import { mkdirSync } from 'node:fs'
import type { Repository, WorkspaceInput, WorkspaceOutput } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { scratchFolder, setupLog, worktreeFolder } from '../folders.ts'
import { ensureResultBranch, type Git, type OpenRepository, openRepository } from '../git/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { type Setup, setUp } from './setup.ts'
import { writeState, type WorktreeState } from './state.ts'
import { worktreeFor } from './worktree.ts'

export { setUp, type Setup } from './setup.ts'
export { snapshotTree } from './snapshot.ts'
export { adoptEmbedded, embeddedIn } from './embedded.ts'
export { gitFolders, inWorktree, isPointerIntact, restorePointer } from './pointer.ts'
export { excludeFile, stateFiles } from './state.ts'

/** Makes, or finds again, a contract's own place to work. */
export const createWorkspace =
  (surroundings: Surroundings) =>
  async (context: ActivityContext<WorkspaceInput>): Promise<WorkspaceOutput> => {
    const { input } = context
    const { home, git, now } = surroundings
    if (input.repository === null) {
      const path = scratchFolder(home, input.directiveId, input.step, input.generation)
      mkdirSync(path, { recursive: true })
      return { at: now(), path, branch: null, baseCommit: null, setup: null }
    }
    const opened = await openRepository(git, home, input.repository)
    const tip = await ensureResultBranch(opened, input.directiveId)
    const folder = worktreeFolder(home, input.directiveId, input.step, input.generation)
    const state = await worktreeFor(opened, folder, input, tip)
    const setup = state.setup?.ok
      ? state.setup
      : await prepare(surroundings, context, input.repository, { opened, folder, state })
    return { at: now(), path: folder, branch: state.branch, baseCommit: state.baseCommit, setup }
  }

async function prepare(
  surroundings: Surroundings,
  context: ActivityContext<WorkspaceInput>,
  repository: Repository,
  { opened, folder, state }: { opened: OpenRepository; folder: string; state: WorktreeState },
): Promise<Setup | null> {
  const { directiveId, contractId } = context.input
  // Before its first setup a tree is fresh: whatever lies untracked is what a setup cut short by a crash left.
  const before = new Set(state.setup === undefined ? [] : await untrackedIn(surroundings.git, folder))
  const setup = await setUp(surroundings, context, {
    repository,
    opened,
    path: folder,
    logPath: setupLog(surroundings.home, directiveId, contractId),
  })
  const left = (await untrackedIn(surroundings.git, folder)).filter((path) => !before.has(path))
  writeState(folder, { ...state, setup, excluded: [...new Set([...state.excluded, ...left])] })
  return setup
}

const untrackedIn = async (git: Git, folder: string): Promise<string[]> =>
  (
    await git(['ls-files', '--others', '--exclude-standard', '--directory', '--no-empty-directory', '-z'], {
      cwd: folder,
    })
  )
    .split('\0')
    .filter((path) => path !== '')
