import { assertEvent } from 'xstate'
import type { DetectorInput, Subject } from '../activities/index.ts'
import { Evaluation, checksOf, evaluate, evaluationOfFailure, tamperedFiles } from '../evaluation/index.ts'
import { unavailable, undetected, verifierInput, withResult } from '../evaluation/index.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import type { VerifierSpec } from '../verifier.ts'
import { base, place, system } from './base.ts'
import type { StepContext } from './schema.ts'

const subjectOf = (context: StepContext): Subject => ({
  repository: context.repository,
  commit: context.evidence?.commit ?? null,
  path: context.repository ? null : context.workspace!.path,
})

const configured = ({ step }: StepContext): VerifierSpec[] =>
  step.verifiers === 'auto' ? [] : step.verifiers.map((verifier) => ({ ...verifier, why: 'configured' }))

const detectorInput = (context: StepContext): DetectorInput => ({
  directiveId: context.directiveId,
  step: context.step.name,
  subject: subjectOf(context),
  verifiers: context.step.verifiers,
})

const evaluationOf = (context: StepContext): Evaluation =>
  context.failure
    ? evaluationOfFailure(context.failure, context.evaluationBefore)
    : evaluate({
        results: context.checks!.results,
        thresholds: context.thresholds,
        criteria: [],
        judgement: null,
        tamperedFiles: tamperedFiles(context.evidence!, context.tamperPaths, context.step.type),
        before: context.evaluationBefore,
      })

/** From what was delivered to a verdict. */
export const evaluating = {
  /** Without a repository nothing can be detected. */
  useConfiguredVerifiers: base.assign(({ context }) => ({
    verifiers: configured(context),
    tamperPaths: [],
    checks: checksOf(subjectOf(context), configured(context)),
  })),
  startDetector: base.spawnChild('detector', { id: 'detector', input: ({ context }) => detectorInput(context) }),
  stopDetector: base.stopChild('detector'),
  recordVerifiers: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.detector')
    const { verifiers, tamperPaths } = event.output
    return {
      verifiers,
      tamperPaths,
      checks: checksOf(subjectOf(context), verifiers),
      now: instantOf(event, context.now),
    }
  }),
  recordUndetected: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.error.actor.detector')
    const found = unavailable(undetected, failureFrom(event.error, 'detector.failed'))
    return {
      verifiers: configured(context),
      tamperPaths: [],
      checks: { ...checksOf(subjectOf(context), configured(context)), results: [found] },
    }
  }),
  startVerifier: base.spawnChild('verifier', {
    id: 'verifier',
    input: ({ context }) => verifierInput(context.directiveId, context.step.name, context.checks!),
  }),
  stopVerifier: base.stopChild('verifier'),
  recordResult: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.verifier')
    const { at: _, ...result } = event.output
    return { checks: withResult(context.checks!, result), now: instantOf(event, context.now) }
  }),
  recordUnavailable: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.error.actor.verifier')
    const result = unavailable(context.checks!.left[0]!, failureFrom(event.error, 'verifier.failed'))
    return { checks: withResult(context.checks!, result) }
  }),
  evaluate: base.assign(({ context }) => {
    const evaluation = evaluationOf(context)
    return { evaluation, checks: null, confidence: { score: evaluation.score, level: evaluation.level } }
  }),
  announceEvaluation: base.emit(({ context }) => {
    const { level, score, summary, caps, programmatic } = context.evaluation!
    return {
      type: 'evaluation.completed',
      severity: level === 'green' ? 'info' : 'warning',
      actor: system,
      ...place(context),
      data: {
        message: `${context.step.name} is ${summary}`,
        level,
        score,
        caps,
        attempt: context.attempt,
        verifiers: programmatic.map(({ name, status, exitCode }) => ({ name, status, exitCode })),
      },
    }
  }),
}
