import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { safeName } from './git/index.ts'
import { ownersTemporaryFolder } from './process/index.ts'

const stepFolder = (step: string, generation: number) => safeName(`${step}-g${generation}`)

export const worktreesFolder = (home: string, directiveId: string) => join(home, 'worktrees', safeName(directiveId))

/** A contract's worktree. What is known about it lies beside it, in `<folder>.json` and `<folder>.exclude`. */
export const worktreeFolder = (home: string, directiveId: string, step: string, generation: number) =>
  join(worktreesFolder(home, directiveId), stepFolder(step, generation))

export const scratchFolder = (home: string, directiveId: string, step: string, generation: number) =>
  join(home, 'scratch', safeName(directiveId), stepFolder(step, generation))

export const checkoutsFolder = (home: string, directiveId: string) => join(home, 'checkouts', safeName(directiveId))

/** The clean checkout of one activity: the same for all its attempts, so that the next one removes what the last one left. */
export const checkoutFolder = (home: string, directiveId: string, idempotencyKey: string) =>
  join(checkoutsFolder(home, directiveId), digest(idempotencyKey))

export const setupLog = (home: string, directiveId: string, contractId: string) =>
  join(home, 'contracts', safeName(directiveId), safeName(contractId), 'setup.log')

/** What an attempt of a contract is told and what it leaves: contract.json, outbox/, output.log. Kept. */
export const attemptFolder = (home: string, directiveId: string, contractId: string, attempt: number) =>
  join(home, 'contracts', safeName(directiveId), safeName(contractId), `attempt-${attempt}`)

/** What an attempt's executor printed; of the built-in agent the transcript. */
export const attemptLog = (folder: string) => join(folder, 'output.log')

/**
 * The TMPDIR of one attempt's children, removed with them; after a crash with all of its owner's. Short, because sockets
 * are made in there and their paths end at 108 characters.
 */
export const temporaryFolder = (home: string, owner: string, run: string) =>
  join(ownersTemporaryFolder(home, owner), digest(run).slice(0, 8))

/** The HOME of all children: caches are shared between attempts, the person's own settings and keys are not in it. */
export const childHome = (home: string) => join(home, 'child-home')

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
