import type { VerifierResult } from '../verifier.ts'
import { type CriterionVerdict, type Evaluation, failureOf } from './schema.ts'

type Facts = {
  readonly results: readonly VerifierResult[]
  readonly criteria: readonly CriterionVerdict[]
  readonly tamperedFiles: readonly string[]
  readonly before: Evaluation | null
}

const failing = ({ name, required, command, exitCode, outputTail }: VerifierResult): string =>
  [
    `The ${required ? 'required ' : ''}verifier "${name}" failed (${exitCode === null ? 'no exit code' : `exit code ${exitCode}`}).`,
    `Command: ${command}`,
    ...(outputTail.trim() ? [`End of its output:\n${outputTail.trimEnd()}`] : ['It printed nothing.']),
  ].join('\n')

const unmet = ({ id, text, why, citations }: CriterionVerdict): string => {
  const places = citations.map(({ file, firstLine, lastLine }) => `${file}:${firstLine}-${lastLine}`)
  const where = places.length > 0 ? ` See ${places.join(', ')}.` : ''
  return `Acceptance criterion ${id} is unmet: ${text} (${why})${where}`
}

const isSame = (facts: Facts): boolean => {
  const failure = failureOf({ programmatic: [...facts.results], criteria: [...facts.criteria] })
  return facts.before !== null && failure !== '' && failureOf(facts.before) === failure
}

// Enough for four failing verifiers with all of their tails.
const instructionsLength = 20_000

/** What the executor is told about its last attempt; paragraphs, the failing commands first. */
export const instructionsOf = (facts: Facts): string =>
  [
    ...(isSame(facts) ? ['This is the same failure as last time: what was tried did not help, try another way.'] : []),
    ...facts.results.filter((result) => result.status === 'failed').map(failing),
    ...facts.results
      .filter((result) => result.status === 'flaky')
      .map((result) => `The verifier "${result.name}" failed once and passed when run again: make it reliable.`),
    ...facts.criteria.filter((criterion) => criterion.verdict === 'unmet').map(unmet),
    ...(facts.tamperedFiles.length > 0
      ? [`Do not change what the verifiers rely on: ${facts.tamperedFiles.join(', ')}`]
      : []),
  ]
    .join('\n\n')
    .slice(0, instructionsLength)

/** An executor that crashed or ran out of time, as an evaluation: red, with the error as its reason. */
export const evaluationOfFailure = (
  failure: { readonly code: string; readonly reason: string; readonly outputTail: string },
  before: Evaluation | null,
): Evaluation => {
  const summary = `red: ${failure.code}: ${failure.reason}`.slice(0, 1000)
  const again = before?.summary === summary ? ['This is the same failure as last time.'] : []
  const tail = failure.outputTail.trim() ? [`End of its output:\n${failure.outputTail.trimEnd()}`] : []
  return {
    kind: 'composite',
    score: 0,
    level: 'red',
    passed: false,
    programmatic: [],
    judge: [],
    judgeModel: null,
    criteria: [],
    caps: [failure.code],
    tamperedFiles: [],
    summary,
    reworkInstructions: [...again, `The last attempt failed (${failure.code}): ${failure.reason}`, ...tail].join(
      '\n\n',
    ),
  }
}
