import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { contentFile } from '../content.ts'
import { ownersTemporaryFolder } from '../process/index.ts'

export type Stored = { sha256: string; bytes: number }

/**
 * Streams bytes into the content store, never the whole of them in memory. The same bytes twice are one file. null: there
 * were more than `maxBytes`; nothing of them is kept.
 */
export async function storeUpload(
  { home, owner }: { home: string; owner: string },
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Stored | null> {
  // Of a process that died halfway it is cleared up with all that was its own.
  const part = join(ownersTemporaryFolder(home, owner), `upload-${randomUUID()}`)
  await mkdir(dirname(part), { recursive: true, mode: 0o700 })
  try {
    const stored = await write(part, body, maxBytes)
    if (stored === null) return null
    const path = contentFile(home, stored.sha256)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await rename(part, path)
    return stored
  } finally {
    await rm(part, { force: true })
  }
}

async function write(path: string, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Stored | null> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) return null
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sha256: hash.digest('hex'), bytes }
}
