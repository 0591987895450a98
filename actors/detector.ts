import type { DetectorInput, DetectorOutput, VerifierSpec } from '../machines/index.ts'
import type { ActivityContext } from '../runtime/index.ts'
import { detectVerifiers, type ProjectFiles, tamperPaths } from './detection/index.ts'
import { GitFailure } from './git/index.ts'
import { type OpenSubject, openSubject } from './subject.ts'
import type { Surroundings } from './surroundings.ts'

/** Resolves the verifiers of a step against the repository at a commit. Nothing is checked out. */
export const createDetector =
  (surroundings: Surroundings) =>
  async ({ input }: ActivityContext<DetectorInput>): Promise<DetectorOutput> => {
    const subject = await openSubject(surroundings, input.directiveId, input.subject)
    const configured =
      input.verifiers === 'auto'
        ? null
        : input.verifiers.map((verifier): VerifierSpec => ({ ...verifier, why: 'configured' }))
    if (subject === null) return { at: surroundings.now(), verifiers: configured ?? [], tamperPaths: [] }
    const files = await filesOf(subject)
    const verifiers = configured ?? (await detectVerifiers(files))
    return { at: surroundings.now(), verifiers, tamperPaths: tamperPaths(files, verifiers) }
  }

async function filesOf({ opened: { git, dir }, commit }: OpenSubject): Promise<ProjectFiles> {
  const listing = await git(['ls-tree', '-r', '-z', '--name-only', commit, '--'], { cwd: dir })
  const paths = new Set(listing.split('\0').filter((path) => path !== ''))
  return {
    paths,
    async read(path) {
      if (!paths.has(path)) return undefined
      try {
        return await git(['cat-file', 'blob', `${commit}:${path}`], { cwd: dir })
      } catch (error) {
        if (error instanceof GitFailure) return undefined // a submodule, say
        throw error
      }
    },
  }
}
