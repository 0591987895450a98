import type { ProjectFiles } from './detection/index.ts'
import { type Git, GitFailure } from './git/index.ts'

/** The files of a commit, without a checkout, and how long each is in bytes. */
export type CommitFiles = ProjectFiles & { sizes: ReadonlyMap<string, number> }

/** `at` names a commit of the repository that `dir` belongs to. Submodules are no files. */
export async function projectFiles(git: Git, dir: string, at: string): Promise<CommitFiles> {
  const listing = await git(['ls-tree', '-r', '-l', '-z', at, '--'], { cwd: dir })
  const sizes = new Map(
    listing
      .split('\0')
      .map((line) => /^\d+ (?:blob|commit) \w+ +(\d+|-)\t([\s\S]+)$/.exec(line))
      .filter((found) => found !== null)
      .map(([, size, path]) => [path!, Number(size) || 0] as const),
  )
  return {
    sizes,
    paths: new Set(sizes.keys()),
    async read(path) {
      if (!sizes.has(path)) return undefined
      try {
        return await git(['cat-file', 'blob', `${at}:${path}`], { cwd: dir })
      } catch (error) {
        if (error instanceof GitFailure) return undefined // a submodule, say
        throw error
      }
    },
  }
}
