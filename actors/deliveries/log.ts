import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { attemptFolder, attemptLog } from '../folders.ts'
import type { Redact } from '../redaction.ts'

/** As of executors here: more than anyone reads, and too little to fill a disk. */
const maxLogBytes = 20 * 1024 * 1024

export type AttemptPlace = { directiveId: string; contractId: string; attempt: number }

/** What an attempt's log holds so far, in bytes. */
export async function logBytes(home: string, place: AttemptPlace): Promise<number> {
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
  place: AttemptPlace,
  piece: { offset: number; text: string },
): Promise<void> {
  // As long as it came, with blanks for what was taken out: the next piece knows only the length of this one.
  const whole = Buffer.alloc(Buffer.byteLength(piece.text), ' ')
  whole.write(redact(piece.text))
  const bytes = whole.subarray(0, Math.max(0, maxLogBytes - piece.offset))
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

const logOf = (home: string, { directiveId, contractId, attempt }: AttemptPlace): string =>
  attemptLog(attemptFolder(home, directiveId, contractId, attempt))
