import type { VerifierResult } from '../verifier.ts'
import type { CriterionVerdict, Judgement, Level } from './schema.ts'

type Facts = {
  readonly results: readonly VerifierResult[]
  readonly criteria: readonly CriterionVerdict[]
  readonly judgement: Judgement | null
  readonly tamperedFiles: readonly string[]
}

const listed = (names: readonly string[], word: string): string[] =>
  names.length > 0 ? [`${names.length} ${word} (${names.join(', ')})`] : []

/** The evaluation in one line of at most 1,000 characters. */
export const summaryOf = (level: Level, score: number, facts: Facts): string => {
  const { results, criteria, judgement, tamperedFiles } = facts
  const having = (status: string) => results.filter((result) => result.status === status).map(({ name }) => name)
  const found = (verdict: string) => criteria.filter((each) => each.verdict === verdict).map(({ id }) => id)
  const criterion = (ids: readonly string[]) => (ids.length === 1 ? 'criterion' : 'criteria')
  const passed = having('passed').length
  const met = criteria.filter(({ verdict, by }) => verdict === 'met' && by === 'judge').map(({ id }) => id)
  const nothing = results.length === having('unavailable').length
  const parts = [
    ...(passed > 0 ? [`${passed} passed`] : []),
    ...['failed', 'flaky', 'unavailable'].flatMap((status) => listed(having(status), status)),
    ...(nothing ? ['no verifier gave a result'] : []),
    ...(tamperedFiles.length > 0 ? [`touches what verifiers rely on: ${tamperedFiles.join(', ')}`] : []),
    ...(judgement?.failure ? [`the judge failed: ${judgement.failure.code}: ${judgement.failure.reason}`] : []),
    ...(met.length > 0 ? [`${met.length} ${criterion(met)} met`] : []),
    ...(['unmet', 'unverifiable'] as const).flatMap((verdict) =>
      listed(found(verdict), `${criterion(found(verdict))} ${verdict === 'unmet' ? verdict : 'not verifiable'}`),
    ),
  ]
  return `${level}, score ${score.toFixed(2)}: ${parts.join(', ')}`.slice(0, 1000)
}
