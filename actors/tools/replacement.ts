import { createHash } from 'node:crypto'
import { closeSync, fchmodSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder, within, withFile } from './confinement.ts'
import { type Bench, Refusal, type Result } from './tool.ts'

/** Larger than what people write, smaller than what would hold a turn up. */
const maxFileBytes = 2 * 1024 * 1024

export const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

/** A file's content; undefined: there is none. Refuses what is too large to be changed. */
export function contentOf(root: string, path: string): Buffer | undefined {
  try {
    return withFile(root, path, (fd, bytes) => {
      if (bytes > maxFileBytes)
        throw new Refusal('file.too_large', `${path} has ${bytes} bytes; files up to ${maxFileBytes} can be changed`)
      return readFileSync(fd)
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Puts a file in the place of the one that is there. It is another file, not the old one written over: what a hard link
 * elsewhere shares with it stays as it was, and whoever reads meanwhile sees the old or the new, never half of it.
 */
export function replaceFile(bench: Bench, path: string, content: Buffer): Pick<Result, 'mark'> {
  if (content.length > maxFileBytes)
    throw new Refusal('file.too_large', `that would be ${content.length} bytes; at most ${maxFileBytes} are written`)
  const sha256 = digestOf(content)
  // Beside the workspace, so that a crash leaves nothing in it that would be delivered.
  const staged = join(bench.folder, 'staged')
  inFolder(bench.root, path, { make: true }, (folder, name) => {
    if (name === '') throw new Refusal('file.not_a_file', `${path} is a folder`)
    const before = lstatSync(within(folder, name), { throwIfNoEntry: false })
    if (before && !before.isFile()) throw new Refusal('file.not_a_file', `${path} is no plain file`)
    stage(staged, content, before?.mode)
    bench.begin(sha256)
    renameSync(staged, within(folder, name))
  })
  return { mark: `file ${path} ${sha256}` }
}

function stage(staged: string, content: Buffer, mode: number | undefined) {
  rmSync(staged, { force: true })
  const fd = openSync(staged, 'wx', 0o666)
  try {
    for (let at = 0; at < content.length;) at += writeSync(fd, content, at)
    // What may be executed stays so; that a program becomes another user's is nothing we can be asked for.
    if (mode !== undefined) fchmodSync(fd, mode & 0o777)
  } finally {
    closeSync(fd)
  }
}

export function removeFile(bench: Bench, path: string): Pick<Result, 'mark'> {
  inFolder(bench.root, path, {}, (folder, name) => {
    if (name === '') throw new Refusal('file.not_a_file', `${path} is a folder`)
    if (!lstatSync(within(folder, name)).isDirectory()) return rmSync(within(folder, name))
    throw new Refusal('file.not_a_file', `${path} is a folder`)
  })
  return { mark: `file ${path} removed` }
}
