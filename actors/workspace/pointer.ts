import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { GitOptions } from '../git/index.ts'
import { readState } from './state.ts'

/** What git wrote into a worktree's file `.git`, read as soon as it is made. */
export const pointerIn = (folder: string): string => readFileSync(join(folder, '.git'), 'utf8')

/** Git's own folders of a worktree: its own, and the one that it shares. None without a repository. */
export function gitFolders(folder: string): string[] {
  const named = /^gitdir: (.+)$/m.exec(readState(folder)?.pointer ?? '')?.[1]
  if (named === undefined) return []
  const own = resolve(folder, named)
  try {
    return [own, resolve(own, readFileSync(join(own, 'commondir'), 'utf8').trim())]
  } catch {
    return [own]
  }
}

/**
 * For git in a worktree where somebody works or has worked: it is told where its repository is, and does not believe the
 * worktree. Settings of another one (filters, fsmonitor, gpg.program) would run as programs in ours.
 */
export function inWorktree(folder: string): GitOptions {
  const [own] = gitFolders(folder)
  return { cwd: folder, ...(own !== undefined && { env: { GIT_DIR: own, GIT_WORK_TREE: folder } }) }
}

/** Puts a worktree's file `.git` back as git made it. Gives whether it was changed. */
export function restorePointer(folder: string): boolean {
  const pointer = readState(folder)?.pointer
  const file = join(folder, '.git')
  if (pointer === undefined || isPointerIntact(folder)) return false
  rmSync(file, { recursive: true, force: true })
  writeFileSync(file, pointer, { flag: 'wx' })
  return true
}

/** Whether a worktree's file `.git` is still as git made it; false also where nobody wrote that down. */
export function isPointerIntact(folder: string): boolean {
  const pointer = readState(folder)?.pointer
  return (
    pointer !== undefined &&
    lstatSync(join(folder, '.git'), { throwIfNoEntry: false })?.isFile() === true &&
    pointerIn(folder) === pointer
  )
}
