import type { Thresholds } from '../directive-file.ts'
import type { VerifierResult } from '../verifier.ts'
import { instructionsOf } from './instructions.ts'
import type { CriterionVerdict, Evaluation, Level } from './schema.ts'

export type EvaluationFacts = {
  readonly results: readonly VerifierResult[]
  readonly thresholds: Thresholds
  readonly criteria: readonly CriterionVerdict[]
  readonly tamperedFiles: readonly string[]
  /** The evaluation of the attempt before, to say so when it failed in the same way. */
  readonly before: Evaluation | null
}

const withResult = (results: readonly VerifierResult[]) => results.filter((result) => result.status !== 'unavailable')

/** Σ weight·score / Σ weight over verifiers that gave a result; 0 when none did. */
export const scoreOf = (results: readonly VerifierResult[]): number => {
  const counted = withResult(results)
  const weight = counted.reduce((sum, result) => sum + result.weight, 0)
  if (weight === 0) return 0
  // Rounding keeps 0.8 from being missed by a hair (0.1 + 0.7 < 0.8).
  return Number((counted.reduce((sum, result) => sum + result.weight * result.score, 0) / weight).toFixed(12))
}

/**
 * Why the level may not be what the score says. A required verifier that is unavailable has not passed, so what others
 * scored cannot make the step green.
 */
const capsOf = ({ results, tamperedFiles }: EvaluationFacts): string[] => [
  ...(results.some((result) => result.required && result.status === 'failed') ? ['verifier.required_failed'] : []),
  ...(withResult(results).length === 0 ? ['verifier.none'] : []),
  ...(results.some((result) => result.required && result.status === 'unavailable')
    ? ['verifier.required_unavailable']
    : []),
  ...(results.some((result) => result.status === 'flaky') ? ['verifier.flaky'] : []),
  ...(tamperedFiles.length > 0 ? ['evidence.tampered'] : []),
]

const levelOf = (score: number, caps: readonly string[], { thresholds }: EvaluationFacts): Level => {
  if (caps.includes('verifier.required_failed')) return 'red'
  if (caps.includes('verifier.none')) return 'yellow'
  if (score < thresholds.yellow) return 'red'
  return score >= thresholds.green && caps.length === 0 ? 'green' : 'yellow'
}

const count = (number: number, words: string) => (number > 0 ? [`${number} ${words}`] : [])

const summaryOf = (level: Level, score: number, caps: readonly string[], facts: EvaluationFacts): string => {
  const having = (status: string) => facts.results.filter((result) => result.status === status)
  const named = (status: string) =>
    having(status).length > 0
      ? [
          `${having(status).length} ${status} (${having(status)
            .map(({ name }) => name)
            .join(', ')})`,
        ]
      : []
  const unverified = facts.criteria.filter((criterion) => criterion.verdict === 'unverifiable').length
  const parts = [
    ...count(having('passed').length, 'passed'),
    ...['failed', 'flaky', 'unavailable'].flatMap(named),
    ...(caps.includes('verifier.none') ? ['no verifier gave a result'] : []),
    ...(facts.tamperedFiles.length > 0 ? [`touches what verifiers rely on: ${facts.tamperedFiles.join(', ')}`] : []),
    ...count(unverified, 'criteria not verifiable'),
  ]
  return `${level}, score ${score.toFixed(2)}: ${parts.join(', ')}`.slice(0, 1000)
}

/** One verdict out of all results. */
export const evaluate = (facts: EvaluationFacts): Evaluation => {
  const score = scoreOf(facts.results)
  const caps = capsOf(facts)
  const level = levelOf(score, caps, facts)
  return {
    kind: 'composite',
    score,
    level,
    passed: level === 'green',
    programmatic: [...facts.results],
    judge: [],
    criteria: [...facts.criteria],
    caps,
    tamperedFiles: [...facts.tamperedFiles],
    summary: summaryOf(level, score, caps, facts),
    reworkInstructions: level === 'green' ? '' : instructionsOf(facts),
  }
}
