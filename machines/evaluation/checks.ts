import type { Subject, VerifierInput } from '../activities/index.ts'
import type { Failure } from '../failure.ts'
import type { VerifierResult, VerifierSpec } from '../verifier.ts'

/**
 * Verifiers being run on one subject. One at a time: they share a checkout, where two builds would get into each other's
 * way.
 */
export type Checks = { subject: Subject; left: VerifierSpec[]; results: VerifierResult[] }

// Whoever runs a verifier promises it; what grows in a snapshot is cut all the same.
const tailLength = 4096

export const checksOf = (subject: Subject, verifiers: readonly VerifierSpec[]): Checks => ({
  subject,
  left: [...verifiers],
  results: [],
})

/** The checks after the first verifier left gave this result. */
export const withResult = (checks: Checks, result: VerifierResult): Checks => ({
  ...checks,
  left: checks.left.slice(1),
  results: [...checks.results, { ...result, outputTail: result.outputTail.slice(-tailLength) }],
})

export const verifierInput = (directiveId: string, step: string | null, checks: Checks): VerifierInput => ({
  directiveId,
  step,
  subject: checks.subject,
  verifier: checks.left[0]!,
})

/** A verifier that could not be run at all: reported, never counted. */
export const unavailable = (verifier: VerifierSpec, { code, reason }: Failure): VerifierResult => ({
  name: verifier.name,
  type: verifier.type,
  why: verifier.why,
  command: verifier.shell ?? verifier.argv?.join(' ') ?? '',
  exitCode: null,
  durationMs: 0,
  outputTail: `${code}: ${reason}`.slice(0, 4000),
  weight: verifier.weight,
  required: verifier.required,
  status: 'unavailable',
  score: 0,
})

/** Stands for the verifiers that could not be found, so that their absence is seen and nothing turns green. */
export const undetected: VerifierSpec = {
  name: 'detection',
  type: 'command',
  weight: 1,
  required: true,
  timeoutSeconds: 1,
  rerun: false,
  why: 'the verifiers could not be detected',
}
