import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

/** The user that runs Postgres's binaries: undefined is ourselves. */
export type Owner = { uid: number; gid: number } | undefined

/** Postgres refuses to run as root, so root hands it to `nobody`; no user is ever created. */
export function findOwner(): Owner {
  if (process.getuid?.() !== 0) return undefined
  // Unsigned: macOS prints -2.
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout || 65_534) >>> 0
  return { uid: id('-u'), gid: id('-g') }
}

/** The user of an existing data folder: root must run the server of whoever made it. */
export function ownerOf(folder: string): Owner {
  const { uid, gid } = statSync(folder)
  return { uid, gid }
}
