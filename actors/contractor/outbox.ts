import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Evidence } from '../../machines/index.ts'

/** Names in the outbox with a meaning of their own; everything else is an artifact. */
const reserved = ['summary.md', 'phase', 'costs.jsonl']
const maxSummaryBytes = 4000
const maxArtifacts = 200

/** The executor's own words, or ''. */
export const summaryIn = (outbox: string): string => beginningOf(join(outbox, 'summary.md'), maxSummaryBytes).trim()

/** The phase an executor says it is in, or ''. */
export const phaseIn = (outbox: string): string => beginningOf(join(outbox, 'phase'), 200).trim()

/** The end of a log, and how long it is. */
export const endOf = (path: string, limit: number): { bytes: number; tail: string } => {
  const bytes = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
  return { bytes, tail: bytesOf(path, Math.max(0, bytes - limit), limit) }
}

/** The first bytes of a file, as text; '' when there is no file. */
export const beginningOf = (path: string, limit: number): string => bytesOf(path, 0, limit)

// Links are not followed: they could name any file that we, but not the reader of the evidence, may read.
function bytesOf(path: string, from: number, limit: number): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return ''
  const buffer = Buffer.alloc(limit)
  const file = openSync(path, 'r')
  try {
    const text = buffer.subarray(0, readSync(file, buffer, 0, limit, from)).toString('utf8')
    return text.replaceAll(/\0|^\ufffd+|\ufffd+$/g, '')
  } finally {
    closeSync(file)
  }
}

export function artifactsIn(outbox: string): Evidence['artifacts'] {
  const found: Evidence['artifacts'] = []
  for (const name of readdirSync(outbox, { recursive: true, encoding: 'utf8' }).sort()) {
    if (reserved.includes(name) || found.length === maxArtifacts) continue
    const path = join(outbox, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isFile()) found.push({ name, path, bytes: stats.size })
  }
  return found
}

/** Files of a plain folder, as what was changed in it. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
