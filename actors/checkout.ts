import { cpSync, existsSync, mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Subject } from '../machines/index.ts'
import type { ActivityContext } from '../runtime/index.ts'
import { checkoutFolder } from './folders.ts'
import { addWorktree, discardWorktree } from './git/index.ts'
import { openSubject } from './subject.ts'
import type { Surroundings } from './surroundings.ts'
import { type Setup, setUp } from './workspace/index.ts'

/**
 * Gives `use` a folder that holds the subject and nothing else, set up; it is removed afterwards. After a crash the next
 * attempt of the same activity makes it anew in the same place.
 */
export async function withCheckout<T>(
  surroundings: Surroundings,
  context: ActivityContext,
  { directiveId, subject }: { directiveId: string; subject: Subject },
  use: (folder: string, setup: Setup | null) => Promise<T>,
): Promise<T> {
  const folder = checkoutFolder(surroundings.home, directiveId, context.idempotencyKey)
  const found = await openSubject(surroundings, directiveId, subject)
  if (found === null) return withCopy(folder, subject.path, (copy) => use(copy, null))
  const { opened, commit, repository } = found
  try {
    await addWorktree(opened, folder, { commit })
    return await use(folder, await setUp(surroundings, context, { repository, opened, path: folder }))
  } finally {
    await discardWorktree(opened, folder)
  }
}

async function withCopy<T>(folder: string, from: string | null, use: (folder: string) => Promise<T>): Promise<T> {
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  remove()
  try {
    mkdirSync(folder, { recursive: true })
    if (from !== null && existsSync(from)) cpSync(from, folder, { recursive: true, verbatimSymlinks: true })
    return await use(folder)
  } finally {
    remove()
    leaveEmpty(dirname(folder))
  }
}

/** The folder of a directive's checkouts goes with the last of them. */
function leaveEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Another one is still in use.
  }
}
