import type { DetectorInput, DetectorOutput, VerifierSpec } from '../machines/index.ts'
import type { ActivityContext } from '../runtime/index.ts'
import { detectVerifiers, tamperPaths } from './detection/index.ts'
import { projectFiles } from './project-files.ts'
import { openSubject } from './subject.ts'
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
    const files = await projectFiles(subject.opened.git, subject.opened.dir, subject.commit)
    const verifiers = configured ?? (await detectVerifiers(files))
    return { at: surroundings.now(), verifiers, tamperPaths: tamperPaths(files, verifiers) }
  }
