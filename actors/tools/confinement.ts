import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { join, normalize, relative, sep } from 'node:path'
import { Refusal } from './tool.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** A folder of the workspace that is held open, so that nobody can exchange it for another. */
export type Held = { fd: number; path: string }

/**
 * A name in a held folder. Through the descriptor the kernel starts at the very folder that was opened (Node has no
 * openat). Where there is no /proc, the path has to do: it was found to be real, but could be exchanged in between.
 */
export const within = ({ fd, path }: Held, name: string): string =>
  process.platform === 'linux' ? `/proc/self/fd/${fd}/${name}` : join(path, name)

/**
 * Gives `use` the folder that holds what `path` names, and its last part; '' for the workspace itself. Symbolic links
 * are resolved first and may point to anywhere in the workspace; then every folder is opened without following any,
 * so that one made in the meantime is an error. `make`: missing folders are made.
 */
export function inFolder<T>(
  root: string,
  path: string,
  options: { make?: boolean },
  use: (folder: Held, name: string) => T,
): T {
  const parts = realParts(root, partsOf(root, path))
  const name = parts.pop() ?? ''
  let held: Held = { fd: openSync(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path: root }
  try {
    for (const part of parts) {
      const next = enter(held, part, options.make ?? false)
      closeSync(held.fd)
      held = next
    }
    return use(held, name)
  } finally {
    closeSync(held.fd)
  }
}

function enter(held: Held, name: string, make: boolean): Held {
  const path = join(held.path, name)
  const open = () => openSync(within(held, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    return { fd: open(), path }
  } catch (error) {
    if (!make || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    makeFolder(within(held, name))
    return { fd: open(), path }
  }
}

function makeFolder(place: string) {
  try {
    mkdirSync(place)
  } catch (error) {
    // Somebody else was faster; what it is, opening it will tell.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Gives `use` a folder of the workspace. */
export const withFolder = <T>(root: string, path: string, use: (folder: Held) => T): T =>
  inFolder(root, path, {}, (held, name) => (name === '' ? use(held) : withSubfolder(held, name, use)))

export function withSubfolder<T>(held: Held, name: string, use: (folder: Held) => T): T {
  const folder = enter(held, name, false)
  try {
    return use(folder)
  } finally {
    closeSync(folder.fd)
  }
}

/** Gives `use` a file of the workspace, open for reading. Pipes, devices and folders are refused. */
export const withFile = <T>(root: string, path: string, use: (fd: number, bytes: number) => T): T =>
  inFolder(root, path, {}, (held, name) => {
    if (name === '') throw new Refusal('file.not_a_file', `${path} is a folder`)
    // A pipe that nobody writes to would hold us for ever.
    const fd = openSync(within(held, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile())
        throw new Refusal('file.not_a_file', `${path} is ${stats.isDirectory() ? 'a folder' : 'no plain file'}`)
      return use(fd, stats.size)
    } finally {
      closeSync(fd)
    }
  })

/** The parts of a path as the model writes it: relative, or absolute within the workspace. Nothing is looked up. */
export function partsOf(root: string, path: string): string[] {
  if (path.includes('\0')) throw new Refusal('path.invalid', 'a path cannot hold a NUL')
  const asked = path === root || path.startsWith(root + sep) ? relative(root, path) : path
  const normal = normalize(asked === '' ? '.' : asked)
  if (normal.startsWith('/') || /^\.\.(\/|$)/.test(normal)) throw outside(path)
  const parts = normal.split('/').filter((part) => part !== '' && part !== '.')
  refuseGit(parts, path)
  return parts
}

function realParts(root: string, parts: string[]): string[] {
  const path = parts.join('/')
  for (let known = parts.length; known > 0; known--) {
    const real = realpath(join(root, ...parts.slice(0, known)), path)
    if (real === undefined) continue
    if (real !== root && !real.startsWith(root + sep)) throw outside(path)
    const found = [...relative(root, real).split(sep), ...parts.slice(known)].filter((part) => part !== '')
    refuseGit(found, path)
    return found
  }
  return parts
}

function realpath(place: string, path: string): string | undefined {
  try {
    return realpathSync(place)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Refusal('path.dangling', `${path} is a symbolic link to nothing`)
    return undefined
  }
}

const outside = (path: string) =>
  new Refusal('path.outside', `${path} is outside the workspace; give paths relative to it`)

// Hooks and settings in there would run in whoever uses git next. Also as other file systems spell it: without regard to
// case, by NTFS's short name, with characters that HFS+ ignores.
export const isGit = (part: string) =>
  /^(\.git|git~\d+)$/i.test(
    part.replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').replace(/[. ]+$/, ''),
  )

function refuseGit(parts: string[], path: string) {
  if (parts.some(isGit)) throw new Refusal('path.protected', `${path} is git's own; use the other tools on your files`)
}
