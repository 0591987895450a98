import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseUnavailable } from '../errors.ts'
import { findBinaries, majorVersion } from './binaries.ts'
import type { Place } from './place.ts'

/** The name of the superuser, and of the database. */
export const roleName = 'adjutant'

/** Makes the data folder when there is none. The caller holds the control lock. */
export function ensureCluster(place: Place): void {
  if (existsSync(path.join(place.data, 'PG_VERSION'))) return requireMajor(place)
  removePartial(place)
  const fresh = path.join(place.state, `new-${randomBytes(4).toString('hex')}`)
  const passwordFile = `${fresh}.password`
  try {
    makeFor(place, () => mkdirSync(fresh, { mode: 0o700 }), fresh)
    makeFor(place, () => writeFileSync(passwordFile, ensurePassword(place), { mode: 0o600 }), passwordFile)
    initialise(place, fresh, passwordFile)
    // Renamed only when whole: what a kill cuts short is removed above, never taken for a database.
    renameSync(fresh, place.data)
  } finally {
    // Again: the initdb of a start that was killed goes on for a second or two, and writes while its folder is removed.
    removePartial(place)
  }
}

function removePartial({ state }: Place): void {
  for (const name of readdirSync(state)) {
    if (name.startsWith('new-')) rmSync(path.join(state, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

// Postgres reads no data of another major version, and its programs that convert it are not in the npm package.
function requireMajor({ data }: Place): void {
  const made = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim()
  const brought = majorVersion()
  if (made === brought) return
  const message =
    `the data in ${data} was made by Postgres ${made}, and this version of Adjutant brings ${brought}: ` +
    'take a backup (`adjutant backup FILE`) with the version that made it, and restore it with this one into another ADJUTANT_HOME'
  throw new DatabaseUnavailable('database.other_version', message)
}

/** The superuser's random password: in a file of mode 0600, never the server user's. */
export function ensurePassword(place: Place): string {
  const file = path.join(place.folder, 'password')
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const partial = `${file}.new`
    writeFileSync(partial, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
    renameSync(partial, file)
    return readFileSync(file, 'utf8')
  }
}

function makeFor(place: Place, make: () => void, file: string): void {
  make()
  if (place.owner) chownSync(file, place.owner.uid, place.owner.gid)
}

function initialise(place: Place, folder: string, passwordFile: string): void {
  const { initdb, env } = findBinaries(place.owner)
  const args = [
    ...['--pgdata', folder, '--username', roleName, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    // Postgres's own C.UTF-8 sorts the same on every platform and needs no locale of the system.
    ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    '--no-instructions',
  ]
  const run = spawnSync(initdb, args, { ...place.owner, env, cwd: '/', encoding: 'utf8' })
  if (run.status === 0) return
  const complaint = run.stderr?.split('\n').find((line) => /error|fatal|could not/i.test(line))
  throw new Error(`initdb failed in ${place.state}: ${run.error?.message ?? complaint ?? run.stderr.trim()}`)
}
