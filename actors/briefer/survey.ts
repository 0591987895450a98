import type { Repository, VerifierSpec } from '../../machines/index.ts'
import { shortened } from '../delimited.ts'
import { detectVerifiers } from '../detection/index.ts'
import { type CommitFiles, projectFiles } from '../project-files.ts'
import { openSubject } from '../subject.ts'
import type { Surroundings } from '../surroundings.ts'

/** What a planner is told of a repository. Nothing is checked out. */
export type Survey = {
  commit: string
  files: number
  languages: string
  tree: string
  readme: string
  verifiers: VerifierSpec[]
}

const most = { treeLines: 250, treeLine: 160, readme: 4000, readmeBytes: 1024 * 1024, languages: 8 }

/** The repository at the result's tip, or at its base while there is no result. */
export async function surveyRepository(
  surroundings: Surroundings,
  directiveId: string,
  repository: Repository | null,
): Promise<Survey | null> {
  const subject = await openSubject(surroundings, directiveId, { repository, commit: null, path: null })
  if (subject === null) return null
  const { opened, commit } = subject
  const files = await projectFiles(opened.git, opened.dir, commit)
  const readme = [...files.paths].find((path) => /^readme(\.(md|rst|txt|adoc))?$/i.test(path))
  return {
    commit,
    files: files.paths.size,
    languages: languagesOf(files.sizes),
    tree: treeOf([...files.paths]),
    readme:
      readme === undefined || !isReadable(files, readme)
        ? ''
        : shortened((await files.read(readme)) ?? '', most.readme),
    verifiers: await detectVerifiers(files),
  }
}

const isReadable = ({ sizes }: CommitFiles, path: string) => (sizes.get(path) ?? 0) <= most.readmeBytes

/** Bytes by file name extension, the largest first: `js 48 kB in 12 files`. */
export function languagesOf(sizes: ReadonlyMap<string, number>): string {
  const kinds = new Map<string, { bytes: number; files: number }>()
  for (const [path, bytes] of sizes) {
    const kind = /[^/.]\.([A-Za-z0-9+]{1,10})$/.exec(path)?.[1]?.toLowerCase() ?? 'without extension'
    const sum = kinds.get(kind) ?? { bytes: 0, files: 0 }
    kinds.set(kind, { bytes: sum.bytes + bytes, files: sum.files + 1 })
  }
  return [...kinds]
    .sort(([, one], [, other]) => other.bytes - one.bytes)
    .slice(0, most.languages)
    .map(
      ([kind, { bytes, files }]) =>
        `${kind}: ${Math.ceil(bytes / 1000)} kB in ${files} ${files === 1 ? 'file' : 'files'}`,
    )
    .join('\n')
}

/**
 * Paths, one a line. Of a repository with more than fits, the folders that lie deepest are given as a number of files,
 * until it does.
 */
export function treeOf(paths: readonly string[]): string {
  const depths = paths.map((path) => path.split('/').length)
  for (let depth = Math.max(1, ...depths); depth >= 1; depth--) {
    const lines = linesTo(depth, paths)
    if (lines.length <= most.treeLines) return lines.join('\n')
    if (depth > 1) continue
    return [...lines.slice(0, most.treeLines), `[… ${lines.length - most.treeLines} more]`].join('\n')
  }
  return ''
}

function linesTo(depth: number, paths: readonly string[]): string[] {
  const lines = new Map<string, number>()
  for (const path of paths) {
    const parts = path.split('/')
    const line = parts.length <= depth ? path : `${parts.slice(0, depth).join('/')}/`
    lines.set(line, (lines.get(line) ?? 0) + 1)
  }
  return [...lines]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([line, count]) =>
        shortened(line, most.treeLine).replaceAll('\n', ' ') + (line.endsWith('/') ? ` (${count} files)` : ''),
    )
}
