import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/**
 * What is known of a worktree beyond git, beside it in `<folder>.json`. Written when the worktree is whole: a folder
 * without it was never handed out and may be thrown away.
 */
export const WorktreeState = z.strictObject({
  contractId: z.string(),
  branch: z.string(),
  baseCommit: z.string(),
  /** What the file `.git` holds that git made in it. Not to be read from there later: who works in it could change it. */
  pointer: z.string().optional(),
  /** The attempt that was last given a fresh base; 0: none. */
  freshAttempt: z.number().int().nonnegative(),
  /** undefined: not run yet, or a new base needs it again. */
  setup: z.strictObject({ ok: z.boolean(), outputTail: z.string() }).nullable().optional(),
  /** What setup and copy left lying untracked: no part of the work, never committed. */
  excluded: z.array(z.string()),
})
export type WorktreeState = z.infer<typeof WorktreeState>

const stateFile = (folder: string) => `${folder}.json`

/** Ignore rules that keep `excluded` out of a commit, for git's core.excludesFile. */
export const excludeFile = (folder: string) => `${folder}.exclude`

export function readState(folder: string): WorktreeState | undefined {
  try {
    return WorktreeState.parse(JSON.parse(readFileSync(stateFile(folder), 'utf8')))
  } catch {
    return undefined
  }
}

export function writeState(folder: string, state: WorktreeState) {
  replaceFile(excludeFile(folder), state.excluded.map((path) => `${ignoreRule(path)}\n`).join(''))
  replaceFile(stateFile(folder), JSON.stringify(state))
}

export const stateFiles = (folder: string): string[] => [stateFile(folder), excludeFile(folder)]

// Whole or not at all, whenever we die.
function replaceFile(path: string, text: string) {
  writeFileSync(`${path}.part`, text)
  renameSync(`${path}.part`, path)
}

/** A path as a line of .gitignore that matches it alone. */
const ignoreRule = (path: string): string => `/${path.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}`
