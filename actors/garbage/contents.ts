import { lstatSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { contentFile, contentFolder } from '../content.ts'
import { entriesOf, foldersIn, type Leftover } from './leftover.ts'
import type { Survey } from './survey.ts'

const day = 24 * 60 * 60_000

/** A conversation's pieces are small; what is longer is a delivery, and points to nothing. */
const longestPiece = 10_000_000

/**
 * Contents that no directive within its time speaks of. They are written before what speaks of them is committed, and
 * touched when they are put again: those of the last day stay.
 */
export async function contentsLeft(survey: Survey, kept: readonly string[]): Promise<Leftover[]> {
  const { home, now } = survey
  const path = contentFolder(home)
  const names = foldersIn(path).flatMap((folder) =>
    entriesOf(folder)
      .map(({ name }) => name)
      .filter((name) => /^[0-9a-f]{64}$/.test(name) && basename(folder) === name.slice(0, 2)),
  )
  if (names.length === 0) return []
  const alive = withParents(home, await survey.mentionedBy(kept))
  const left = names.filter((name) => !alive.has(name)).map((name) => contentFile(home, name))
  const old = left.filter((file) => isOld(file, now))
  if (old.length === 0) return []
  const bytes = old.reduce((sum, file) => sum + (lstatSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  const reason = `${old.length} of ${names.length}: nothing that is kept refers to them`
  const remove = () => old.filter((file) => isOld(file, now)).forEach((file) => rmSync(file, { force: true }))
  return [{ kind: 'contents', path, directiveId: null, bytes, reason, remove }]
}

/** Not put, nor put again, within the last day. */
export function isOld(file: string, now: number): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  return stats !== undefined && stats.mtimeMs < now - day
}

/** Pieces of a conversation point to the one before. */
function withParents(home: string, mentioned: ReadonlySet<string>): Set<string> {
  const alive = new Set<string>()
  for (const open = [...mentioned]; open.length > 0;) {
    const sha256 = open.pop() as string
    if (alive.has(sha256)) continue
    alive.add(sha256)
    const parent = parentOf(contentFile(home, sha256))
    if (parent !== undefined) open.push(parent)
  }
  return alive
}

function parentOf(file: string): string | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || stats.size > longestPiece) return undefined
  try {
    const { parent } = JSON.parse(readFileSync(file, 'utf8')) as { parent?: { sha256?: unknown } | null }
    return typeof parent?.sha256 === 'string' && /^[0-9a-f]{64}$/.test(parent.sha256) ? parent.sha256 : undefined
  } catch {
    return undefined
  }
}
