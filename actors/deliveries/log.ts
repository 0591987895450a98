import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { attemptFolder, attemptLog } from '../folders.ts'
import type { Redact } from '../redaction.ts'

/** As of executors here: more than anyone reads, and too little to fill a disk. */
const maxLogBytes = 20 * 1024 * 1024

type Place = { directiveId: string; contractId: string; attempt: number }

/** What an attempt's log holds so far, in bytes. */
export async function logBytes(home: string, place: Place): Promise<number> {
  const file = await open(logOf(home, place), 'r').catch(() => null)
  if (file === null) return 0
  try {
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}

/** Writes a piece of a worker's output at its place in the log: a piece that comes twice is there once. */
export async function keepLog(
  { home, redact }: { home: string; redact: Redact },
  place: Place,
  piece: { offset: number; text: string },
): Promise<void> {
  const bytes = Buffer.from(redact(piece.text)).subarray(0, Math.max(0, maxLogBytes - piece.offset))
  if (bytes.byteLength === 0) return
  const path = logOf(home, place)
  await mkdir(dirname(path), { recursive: true })
  // Neither 'w', which would empty it, nor 'a', which would put every piece at its end.
  const file = await open(path, 'r+').catch(() => open(path, 'w+', 0o600))
  try {
    await file.write(bytes, 0, bytes.byteLength, piece.offset)
  } finally {
    await file.close()
  }
}

const logOf = (home: string, { directiveId, contractId, attempt }: Place): string =>
  attemptLog(attemptFolder(home, directiveId, contractId, attempt))
