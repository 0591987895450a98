import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Something under ADJUTANT_HOME (a history: in the database) that nobody works with any more. */
export type Leftover = {
  kind: 'worktree' | 'checkout' | 'result' | 'records' | 'contents' | 'temporary' | 'history' | 'unknown'
  /** Of a history the system's id. */
  path: string
  directiveId: string | null
  /** What its files hold together; of what is there in several names, each counts. */
  bytes: number
  /** Why it can go, or has to stay. */
  reason: string
  /** null: it stays. */
  remove: (() => Promise<void> | void) | null
}

/** Bytes of all files in a folder, or of a file. What vanishes meanwhile counts nothing; links are not followed. */
export function sizeOf(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.size
  let bytes = 0
  for (const folders = [path]; folders.length > 0;) {
    const folder = folders.pop() as string
    for (const entry of entriesOf(folder)) {
      const found = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(found)
      else bytes += lstatSync(found, { throwIfNoEntry: false })?.size ?? 0
    }
  }
  return bytes
}

/** What lies in a folder; nothing, if it cannot be read. */
export function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

export const foldersIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .sort()
