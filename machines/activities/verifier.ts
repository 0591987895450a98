import { z } from 'zod'
import { Instant } from '../argv.ts'
import { VerifierResult, VerifierSpec } from '../verifier.ts'
import { Subject } from './detector.ts'

/** Runs one verifier in a clean checkout of the subject, `setup` applied. A failing verifier is a result, no failure. */
export const VerifierInput = z.strictObject({
  directiveId: z.string(),
  /** null: the final review. */
  step: z.string().nullable(),
  subject: Subject,
  verifier: VerifierSpec,
})
export type VerifierInput = z.infer<typeof VerifierInput>

export const VerifierOutput = z.strictObject({ at: Instant, ...VerifierResult.shape })
export type VerifierOutput = z.infer<typeof VerifierOutput>
