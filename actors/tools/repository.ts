import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readState } from '../workspace/index.ts'

/** Git's own folders of a worktree: its own and the one that it shares; none without a repository. */
export function gitFolders(root: string): string[] {
  const folder = /^gitdir: (.+)$/m.exec(readState(root)?.pointer ?? '')?.[1]
  if (folder === undefined) return []
  const own = resolve(root, folder)
  try {
    return [own, resolve(own, readFileSync(join(own, 'commondir'), 'utf8').trim())]
  } catch {
    return [own]
  }
}
