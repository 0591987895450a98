import { z } from 'zod'
import { VerifierResult } from '../verifier.ts'

export const Level = z.enum(['green', 'yellow', 'red'])
export type Level = z.infer<typeof Level>

/** Lines of a file's new version, first and last included; 0 for both where the diff shows none (deleted, binary). */
export const Citation = z.strictObject({
  file: z.string(),
  firstLine: z.number().int().nonnegative(),
  lastLine: z.number().int().nonnegative(),
})
export type Citation = z.infer<typeof Citation>

export const Verdict = z.enum(['met', 'unmet', 'unverifiable'])
export type Verdict = z.infer<typeof Verdict>

/** What the judge says of one criterion, once its citations have been looked up in the diff. */
export const JudgeVerdict = z.strictObject({
  id: z.string(),
  verdict: Verdict,
  /** At most 500 characters. */
  why: z.string(),
  citations: z.array(Citation),
})
export type JudgeVerdict = z.infer<typeof JudgeVerdict>

/** What came of asking the judge: verdicts, or why there are none. */
export const Judgement = z.strictObject({
  verdicts: z.array(JudgeVerdict),
  /** Who judged, as the provider names it; null: nobody. */
  model: z.string().nullable(),
  failure: z.strictObject({ code: z.string(), reason: z.string() }).nullable(),
})
export type Judgement = z.infer<typeof Judgement>

/** What is known about one acceptance criterion. */
export const CriterionVerdict = z.strictObject({
  id: z.string(),
  text: z.string(),
  /** `unverifiable`: no command and no judge could tell. */
  verdict: Verdict,
  why: z.string(),
  /** Where the judge saw it. */
  citations: z.array(Citation),
  /** Who decided; null: nobody was asked, or nobody answered. */
  by: z.enum(['command', 'judge']).nullable(),
  /** A `must` requirement rests on it, or it rests on none: unmet, it makes the level red whatever the score. */
  required: z.boolean(),
})
export type CriterionVerdict = z.infer<typeof CriterionVerdict>

export const Evaluation = z.strictObject({
  kind: z.literal('composite'),
  /** 0 to 1; 0 when nothing gave a result. The judge can lower it, never raise it. */
  score: z.number().min(0).max(1),
  level: Level,
  /** Level green. */
  passed: z.boolean(),
  programmatic: z.array(VerifierResult),
  /** Empty where no judge was asked, or it failed. */
  judge: z.array(JudgeVerdict),
  /** Who judged, as the provider names it. */
  judgeModel: z.string().nullable(),
  criteria: z.array(CriterionVerdict),
  /**
   * Why the level is lower than the score: `verifier.required_failed`, `criterion.unmet`, `verifier.none`,
   * `verifier.required_unavailable`, `verifier.flaky`, `criterion.unverifiable`, `judge.failed`, `evidence.tampered`.
   */
  caps: z.array(z.string()),
  tamperedFiles: z.array(z.string()),
  /** One line. */
  summary: z.string(),
  /** What to do better; empty when green. */
  reworkInstructions: z.string(),
})
export type Evaluation = z.infer<typeof Evaluation>

/**
 * What is remembered of an evaluation to recognise the same failure: its failed verifiers' names and exit codes, and the
 * criteria that are unmet.
 */
export const failureOf = ({ programmatic, criteria }: Pick<Evaluation, 'programmatic' | 'criteria'>): string =>
  [
    ...programmatic.filter(({ status }) => status === 'failed').map(({ name, exitCode }) => `${name}:${exitCode}`),
    ...criteria.filter(({ verdict }) => verdict === 'unmet').map(({ id }) => `criterion ${id}`),
  ]
    .sort()
    .join(' ')
