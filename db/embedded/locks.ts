import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

/** An advisory file lock that the operating system takes back when its process ends, however it ends. */
export type Lock = { release(): void }

// Referenced here, because a collected handle would let its lock go.
const held = new Set<DatabaseSync>()

// Node has no flock; SQLite's locks are the operating system's own, shared or exclusive, on an empty file.
const busy = 5

/** The lock for all who use a thing together, or undefined while someone holds it exclusively. */
export const tryShared = (file: string): Lock | undefined => tryLock(file, 'begin; select count(*) from sqlite_schema')

/** The lock for one alone, or undefined while anyone holds it. */
export const tryExclusive = (file: string): Lock | undefined => tryLock(file, 'begin exclusive')

/** Tries again until it has the lock. Throws after `timeoutMs`. */
export async function acquire(
  attempt: (file: string) => Lock | undefined,
  file: string,
  timeoutMs = 180_000,
): Promise<Lock> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const lock = attempt(file)
    if (lock) return lock
    if (performance.now() > deadline) throw new Error(`another process has held ${file} for ${timeoutMs / 1000} s`)
    await pause(10)
  }
}

function tryLock(file: string, statement: string): Lock | undefined {
  const handle = openHandle(file)
  try {
    handle.exec(statement)
  } catch (error) {
    handle.close()
    if ((error as { errcode?: number }).errcode === busy) return undefined
    throw error
  }
  held.add(handle)
  return {
    release: () => {
      if (held.delete(handle)) handle.close()
    },
  }
}

function openHandle(file: string): DatabaseSync {
  const emitWarning = process.emitWarning
  process.emitWarning = () => {} // Node 22 calls node:sqlite experimental, in the terminal of whoever runs us
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    return new DatabaseSync(file)
  } finally {
    process.emitWarning = emitWarning
  }
}
