import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Repository } from '../directive-file.ts'
import { VerifierSpec, Verifiers } from '../verifier.ts'

/** What is to be verified. */
export const Subject = z.strictObject({
  repository: Repository.nullable(),
  /** The commit to check out; null with a repository: the result branch's tip, or `baseRef` while it has none. */
  commit: z.string().nullable(),
  /** Without a repository: the scratch folder the step worked in; null: an empty one. */
  path: z.string().nullable(),
})
export type Subject = z.infer<typeof Subject>

/** Resolves `auto` against the repository at that commit; configured ones come back as they are, why `configured`. */
export const DetectorInput = z.strictObject({
  directiveId: z.string(),
  /** null: the final review. */
  step: z.string().nullable(),
  subject: Subject,
  verifiers: Verifiers,
})
export type DetectorInput = z.infer<typeof DetectorInput>

export const DetectorOutput = z.strictObject({
  at: Instant,
  verifiers: z.array(VerifierSpec),
  /** Globs of what these verifiers rely on: tests, CI, lint and test configuration. */
  tamperPaths: z.array(z.string()),
})
export type DetectorOutput = z.infer<typeof DetectorOutput>
