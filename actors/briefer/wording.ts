import type { VerifierConfig, VerifierResult, VerifierSpec } from '../../machines/index.ts'
import { type Block, lastOf } from '../delimited.ts'

export const asJson = (value: unknown): string => JSON.stringify(value, null, 1)

/** Commands that decide about a step; [] for none. */
export const verifiersBlock = (origin: string, verifiers: readonly (VerifierSpec | VerifierConfig)[]): Block[] =>
  verifiers.length === 0 ? [] : [{ name: 'verifiers', about: { origin }, text: verifiers.map(verifierLine).join('\n') }]

const verifierLine = (verifier: VerifierSpec | VerifierConfig): string => {
  const { name, argv, shell, required } = verifier
  const why = 'why' in verifier ? ` (${verifier.why})` : ''
  return `${name}: ${shell ?? argv!.join(' ')} [${required ? 'required' : 'optional'}]${why}`
}

const longestTail = 3000

/** What verifiers found out, each with the end of its output. */
export const resultBlocks = (results: readonly VerifierResult[]): Block[] =>
  results.map(({ name, command, status, exitCode, required, outputTail }) => ({
    name: 'verifiers',
    about: {
      verifier: name,
      status,
      required: String(required),
      exitCode: String(exitCode ?? 'none'),
    },
    text: `$ ${command}\n${lastOf(outputTail, longestTail)}`,
  }))
