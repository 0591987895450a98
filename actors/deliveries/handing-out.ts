import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Workspace } from '../../machines/index.ts'
import { type Git, refOf } from '../git/index.ts'
import { ownersTemporaryFolder } from '../process/index.ts'
import { inWorktree } from '../workspace/index.ts'

/**
 * The contract's branch with its history, as a git bundle: what a worker elsewhere begins with. null: there is no
 * repository. Made in a file first, which is gone once the stream has ended or was destroyed.
 */
export async function handOut(
  git: Git,
  { home, owner }: { home: string; owner: string },
  { path, branch }: Workspace,
): Promise<AsyncIterable<Buffer> | null> {
  if (branch === null) return null
  const folder = ownersTemporaryFolder(home, owner)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `workspace-${randomUUID()}.bundle`)
  await git(['bundle', 'create', '--quiet', file, refOf(branch)], inWorktree(path))
  const stream = createReadStream(file)
  stream.once('close', () => void rm(file, { force: true }))
  return stream
}
