import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { roomAt } from './postgres.ts'

const fileAt = (data: string) => path.join(path.dirname(data), 'ballast')
const PIECE = Buffer.alloc(64_000)

/** Fills the file system of a data folder to the last block; the bytes it took. */
export function fill(data: string): number {
  const folder = path.dirname(data)
  const room = roomAt(folder)
  spawnSync('fallocate', ['-l', String(Math.max(0, room - 1_000_000)), fileAt(data)])
  const file = openSync(fileAt(data), 'a')
  try {
    while (roomAt(folder) > 0) writeSync(file, PIECE)
  } catch {
    // full
  } finally {
    closeSync(file)
  }
  return room
}

export function release(data: string) {
  if (existsSync(fileAt(data))) rmSync(fileAt(data))
}
