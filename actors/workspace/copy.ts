import { constants, copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { GitFailure, type OpenRepository } from '../git/index.ts'

/**
 * Copies files that git does not track (`.env`, say) from the person's checkout into a worktree, as `globs` name them.
 * Nothing outside the checkout is read, also not through a symbolic link, nothing outside the worktree is written, and
 * nothing that lies there is overwritten. Returns what was refused, in words.
 */
export async function copyIgnored(
  repository: OpenRepository,
  globs: readonly string[],
  into: string,
): Promise<string[]> {
  const { checkout } = repository
  if (checkout === null || globs.length === 0) return []
  const refused: string[] = []
  for (const glob of globs)
    for (const file of await untracked(repository, checkout, glob, refused)) {
      const problem = copyFile(checkout, file, into)
      if (problem !== null) refused.push(`${file}: ${problem}`)
    }
  return refused
}

// git matches the glob itself and walks no symbolic links.
async function untracked(
  { git }: OpenRepository,
  checkout: string,
  glob: string,
  refused: string[],
): Promise<string[]> {
  if (isAbsolute(glob) || glob.split('/').includes('..')) {
    refused.push(`${glob}: leads out of the repository`)
    return []
  }
  try {
    const found = await git(['ls-files', '--others', '-z', '--', `:(top,glob)${glob}`], { cwd: checkout })
    return found.split('\0').filter((file) => file !== '')
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
    refused.push(`${glob}: ${error.message}`)
    return []
  }
}

function copyFile(from: string, file: string, into: string): string | null {
  const source = realOf(join(from, file))
  if (source === undefined || !isInside(source, from)) return 'lies outside the repository'
  if (!lstatSync(source).isFile()) return 'is no file'
  const target = join(into, file)
  // The commit checked out may hold a link where the path has a folder.
  if (!isInside(realOf(nearest(dirname(target))) ?? '/', into)) return 'would leave the workspace'
  mkdirSync(dirname(target), { recursive: true })
  try {
    copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return null
}

const nearest = (folder: string): string => (existsSync(folder) || isLink(folder) ? folder : nearest(dirname(folder)))

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

const isInside = (path: string, folder: string): boolean => {
  const root = realpathSync(folder)
  return path === root || path.startsWith(root + sep)
}
