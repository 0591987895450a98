import { z } from 'zod'
import { VerifierResult } from '../verifier.ts'

export const Level = z.enum(['green', 'yellow', 'red'])
export type Level = z.infer<typeof Level>

/** What is known about one acceptance criterion. */
export const CriterionVerdict = z.strictObject({
  id: z.string(),
  text: z.string(),
  /** `unverifiable`: it names no `verify`, or its verifier gave no result. */
  verdict: z.enum(['met', 'unmet', 'unverifiable']),
  why: z.string(),
})
export type CriterionVerdict = z.infer<typeof CriterionVerdict>

export const Evaluation = z.strictObject({
  kind: z.literal('composite'),
  /** 0 to 1; 0 when no verifier gave a result. */
  score: z.number().min(0).max(1),
  level: Level,
  /** Level green. */
  passed: z.boolean(),
  programmatic: z.array(VerifierResult),
  /** Empty until a model judges. */
  judge: z.array(z.never()),
  criteria: z.array(CriterionVerdict),
  /** Why the level is lower than the score: `verifier.required_failed`, `verifier.none`, `verifier.required_unavailable`, `verifier.flaky`, `evidence.tampered`. */
  caps: z.array(z.string()),
  tamperedFiles: z.array(z.string()),
  /** One line. */
  summary: z.string(),
  /** What to do better; empty when green. */
  reworkInstructions: z.string(),
})
export type Evaluation = z.infer<typeof Evaluation>

/** What is remembered of an evaluation to recognise the same failure: its failed verifiers' names and exit codes. */
export const failureOf = (evaluation: Pick<Evaluation, 'programmatic'>): string =>
  evaluation.programmatic
    .filter((result) => result.status === 'failed')
    .map((result) => `${result.name}:${result.exitCode}`)
    .sort()
    .join(' ')
