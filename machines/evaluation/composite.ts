import type { Thresholds } from '../directive-file.ts'
import type { VerifierResult } from '../verifier.ts'
import { hasRequiredFailure } from './criteria.ts'
import { instructionsOf } from './instructions.ts'
import type { CriterionVerdict, Evaluation, Judgement, Level } from './schema.ts'
import { summaryOf } from './summary.ts'

export type EvaluationFacts = {
  readonly results: readonly VerifierResult[]
  readonly thresholds: Thresholds
  readonly criteria: readonly CriterionVerdict[]
  /** null: no judge was asked. */
  readonly judgement: Judgement | null
  readonly tamperedFiles: readonly string[]
  /** The evaluation of the attempt before, to say so when it failed in the same way. */
  readonly before: Evaluation | null
}

const withResult = (results: readonly VerifierResult[]) => results.filter((result) => result.status !== 'unavailable')

type Weighed = Pick<VerifierResult, 'weight' | 'score'>

const meanOf = (parts: readonly Weighed[]): number => {
  const weight = parts.reduce((sum, part) => sum + part.weight, 0)
  if (weight === 0) return 0
  // Rounding keeps 0.8 from being missed by a hair (0.1 + 0.7 < 0.8).
  return Number((parts.reduce((sum, part) => sum + part.weight * part.score, 0) / weight).toFixed(12))
}

/** Σ weight·score / Σ weight over verifiers that gave a result; 0 when none did. */
export const scoreOf = (results: readonly VerifierResult[]): number => meanOf(withResult(results))

/** The share of its criteria that the judge found met, as one verifier of weight 1; none where it could not tell. */
const judgesPart = (criteria: readonly CriterionVerdict[]): Weighed[] => {
  const told = criteria.filter(({ by, verdict }) => by === 'judge' && verdict !== 'unverifiable')
  if (told.length === 0) return []
  return [{ weight: 1, score: told.filter(({ verdict }) => verdict === 'met').length / told.length }]
}

/** What a model says can lower what commands found, never raise it. */
const compositeScore = ({ results, criteria }: EvaluationFacts): number => {
  const counted = withResult(results)
  const composite = meanOf([...counted, ...judgesPart(criteria)])
  return counted.length === 0 ? composite : Math.min(scoreOf(results), composite)
}

/**
 * Why the level may not be what the score says. A required verifier that is unavailable has not passed, so what others
 * scored cannot make the step green; nor can a judge that failed or could not tell.
 */
const capsOf = ({ results, criteria, judgement, tamperedFiles }: EvaluationFacts): string[] => {
  const caps = {
    'verifier.required_failed': hasRequiredFailure(results),
    'criterion.unmet': criteria.some(({ required, verdict }) => required && verdict === 'unmet'),
    'verifier.none': withResult(results).length === 0,
    'verifier.required_unavailable': results.some(({ required, status }) => required && status === 'unavailable'),
    'verifier.flaky': results.some(({ status }) => status === 'flaky'),
    'criterion.unverifiable': criteria.some(
      ({ by, required, verdict }) => by === 'judge' && required && verdict === 'unverifiable',
    ),
    'judge.failed': judgement?.failure != null,
    'evidence.tampered': tamperedFiles.length > 0,
  }
  return Object.entries(caps).flatMap(([code, holds]) => (holds ? [code] : []))
}

const levelOf = (score: number, caps: readonly string[], { thresholds }: EvaluationFacts): Level => {
  if (caps.includes('verifier.required_failed') || caps.includes('criterion.unmet')) return 'red'
  if (caps.includes('verifier.none')) return 'yellow'
  if (score < thresholds.yellow) return 'red'
  return score >= thresholds.green && caps.length === 0 ? 'green' : 'yellow'
}

/** One verdict out of all results. */
export const evaluate = (facts: EvaluationFacts): Evaluation => {
  const score = compositeScore(facts)
  const caps = capsOf(facts)
  const level = levelOf(score, caps, facts)
  return {
    kind: 'composite',
    score,
    level,
    passed: level === 'green',
    programmatic: [...facts.results],
    judge: facts.judgement?.verdicts ?? [],
    judgeModel: facts.judgement?.model ?? null,
    criteria: [...facts.criteria],
    caps,
    tamperedFiles: [...facts.tamperedFiles],
    summary: summaryOf(level, score, facts),
    reworkInstructions: level === 'green' ? '' : instructionsOf(facts),
  }
}
