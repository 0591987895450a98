import { randomBytes } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { errorCode } from '../errors.ts'
import { findOwner, ownerOf, type Owner } from './owner.ts'

/**
 * Where one embedded database lives. `folder` is ours and holds the locks, the password and the record of the running
 * server; `state` belongs to the owner of the server and holds the data folder.
 */
export type Place = { folder: string; state: string; data: string; owner: Owner }

/** The lock files of a database: shared by its users; held to start or stop its server; held by its watchdog. */
export const locksOf = ({ folder }: Place) => ({
  users: path.join(folder, 'users.lock'),
  control: path.join(folder, 'control.lock'),
  watchdog: path.join(folder, 'watchdog.lock'),
})

/** Makes the folders of `home`'s database. Data that `home` hides from the server's user goes to a system folder. */
export function preparePlace(home: string): Place {
  const owner = findOwner()
  const folder = path.join(path.resolve(home), 'postgres')
  mkdirSync(folder, { recursive: true, mode: owner ? 0o711 : 0o700 })
  const inside = path.join(folder, 'state')
  const place = (state: string, owner: Owner) => ({ folder, state, data: path.join(state, 'data'), owner })
  const existing = [inside, ...systemState(folder)].find((state) => existsSync(path.join(state, 'data')))
  if (existing) return place(existing, owner && ownerOf(path.join(existing, 'data')))
  if (isUsable(inside, owner)) return place(inside, owner)
  const elsewhere = path.join(systemFolder(), makeId(folder))
  if (isUsable(elsewhere, owner)) return place(elsewhere, owner)
  throw new Error(`the embedded database can use neither ${inside} nor ${elsewhere}`)
}

// The id is kept in `home`, so that removing `home` means a new database also when its data is elsewhere.
function makeId(folder: string): string {
  const partial = path.join(folder, `id.${process.pid}`)
  writeFileSync(partial, randomBytes(8).toString('hex'), { flush: true })
  try {
    linkSync(partial, path.join(folder, 'id'))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(partial, { force: true })
  }
  return readFileSync(path.join(folder, 'id'), 'utf8')
}

function systemState(folder: string): string[] {
  if (!existsSync(path.join(folder, 'id'))) return []
  return [path.join(systemFolder(), readFileSync(path.join(folder, 'id'), 'utf8'))]
}

/** A folder every user can reach and only root can write: in /var/tmp where /var/lib is read-only. */
export function systemFolder(): string {
  for (const folder of ['/var/lib/adjutant', '/var/tmp/adjutant']) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 })
      const stat = lstatSync(folder)
      // Someone else's folder in /var/tmp would let them replace the binaries that root starts.
      if (stat.isDirectory() && stat.uid === 0 && (stat.mode & 0o022) === 0) return folder
    } catch {
      continue
    }
  }
  throw new Error('neither /var/lib/adjutant nor /var/tmp/adjutant can be made for the embedded database')
}

function isUsable(folder: string, owner: Owner): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!owner) return true
  chownSync(folder, owner.uid, owner.gid)
  return spawnSync('test', ['-w', folder], { ...owner, cwd: '/' }).status === 0
}
