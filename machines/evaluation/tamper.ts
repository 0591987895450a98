import type { StepType } from '../chain/schema.ts'
import type { Evidence } from '../evidence.ts'
import { globPattern } from './glob.ts'

/**
 * Modified files the verifiers rely on (tests, CI, lint and test configuration). A test step may touch them. Files beyond
 * the evidence's list count as touched, since the contrary cannot be known.
 */
export const tamperedFiles = (
  evidence: Pick<Evidence, 'modifiedFiles' | 'modifiedFilesOmitted'>,
  tamperPaths: readonly string[],
  stepType: StepType,
): string[] => {
  if (stepType === 'test' || tamperPaths.length === 0) return []
  const patterns = tamperPaths.map(globPattern)
  const found = evidence.modifiedFiles.filter((file) => patterns.some((pattern) => pattern.test(file)))
  return evidence.modifiedFilesOmitted > 0 ? [...found, `(${evidence.modifiedFilesOmitted} more files)`] : found
}
