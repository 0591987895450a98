import { assertEvent } from 'xstate'
import type { DetectorInput, Subject } from '../activities/index.ts'
import {
  type Checks,
  checksOf,
  criterionName,
  evaluate,
  type Evaluation,
  unavailable,
  undetected,
  verdictsOf,
  verifierInput,
  withResult,
} from '../evaluation/index.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { VerifierConfig, type VerifierSpec } from '../verifier.ts'
import { base, place, system } from './base.ts'
import type { DirectiveContext, StepRecord } from './schema.ts'

/** The tip, whatever it is: a step abandoned while it was published may have moved it beyond the last merge known. */
const subjectOf = ({ file }: DirectiveContext): Subject => ({
  repository: file.repository ?? null,
  commit: null,
  path: null,
})

const passedSteps = ({ steps }: DirectiveContext) => Object.values(steps).filter((step) => step.state === 'passed')
export const isAutoVerified = (step: StepRecord) => step.state === 'passed' && step.verifiers === 'auto'

const criterionVerifiers = ({ file }: DirectiveContext): VerifierSpec[] =>
  file.acceptanceCriteria.flatMap(({ id, text, verify }) =>
    verify
      ? [{ ...VerifierConfig.parse({ name: criterionName(id), argv: verify }), why: `acceptance criterion: ${text}` }]
      : [],
  )

/** What the passed steps were verified by; without a repository there is no tree that holds the work of all of them. */
const configuredVerifiers = (context: DirectiveContext): VerifierSpec[] => {
  if (!context.file.repository) return []
  const places = new Set(passedSteps(context).flatMap(({ verifiers }) => (verifiers === 'auto' ? [] : verifiers)))
  return [...places].map((index) => ({ ...context.verifierPool[index]!, why: 'configured for a step' }))
}

const checksFor = (context: DirectiveContext, detected: readonly VerifierSpec[]): Checks => {
  const commands = new Set<string>()
  const verifiers = [...configuredVerifiers(context), ...detected].filter(({ argv, shell, cwd }) => {
    const command = JSON.stringify([argv, shell, cwd])
    return !commands.has(command) && commands.add(command)
  })
  return checksOf(subjectOf(context), [...verifiers, ...criterionVerifiers(context)])
}

const levels = ['red', 'yellow', 'green'] as const

/** Without a repository the result is the steps' own: never better than the weakest of them. */
const weakest = (evaluation: Evaluation, context: DirectiveContext): Evaluation => {
  const confidences = passedSteps(context).map(({ confidence }) => confidence!)
  if (confidences.length === 0) return evaluation
  const nothingRan = evaluation.programmatic.length === 0
  const all = nothingRan ? confidences : [...confidences, evaluation]
  const level = levels[Math.min(...all.map((each) => levels.indexOf(each.level)))]!
  const score = Math.min(...all.map((each) => each.score))
  const summary = `${level}, score ${score.toFixed(2)}: the weakest of ${confidences.length} steps`
  return { ...evaluation, level, score, passed: level === 'green', ...(nothingRan && { summary, caps: [] }) }
}

const evaluationOf = (context: DirectiveContext): Evaluation => {
  const { results } = context.review.checks!
  const { file } = context
  const evaluation = evaluate({
    results,
    thresholds: file.thresholds,
    criteria: verdictsOf({ criteria: file.acceptanceCriteria, requirements: file.requirements, results }, null),
    judgement: null,
    tamperedFiles: [],
    before: null,
  })
  return file.repository ? evaluation : weakest(evaluation, context)
}

/** The final review: does what was merged, as a whole, do what was asked for? */
export const reviewing = {
  useKnownVerifiers: base.assign(({ context }) => ({
    review: { checks: checksFor(context, []), evaluation: null },
  })),
  startDetector: base.spawnChild('detector', {
    id: 'detector',
    input: ({ context }): DetectorInput => ({
      directiveId: context.id,
      step: null,
      subject: subjectOf(context),
      verifiers: 'auto',
    }),
  }),
  stopDetector: base.stopChild('detector'),
  recordVerifiers: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.detector')
    const checks = checksFor(context, event.output.verifiers)
    return { review: { checks, evaluation: null }, now: instantOf(event, context.now) }
  }),
  recordUndetected: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.error.actor.detector')
    const found = unavailable(undetected, failureFrom(event.error, 'detector.failed'))
    return { review: { checks: { ...checksFor(context, []), results: [found] }, evaluation: null } }
  }),
  startVerifier: base.spawnChild('verifier', {
    id: 'verifier',
    input: ({ context }) => verifierInput(context.id, null, context.review.checks!),
  }),
  stopVerifier: base.stopChild('verifier'),
  recordResult: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.verifier')
    const { at: _, ...result } = event.output
    const checks = withResult(context.review.checks!, result)
    return { review: { ...context.review, checks }, now: instantOf(event, context.now) }
  }),
  recordUnavailable: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.error.actor.verifier')
    const checks = context.review.checks!
    const result = unavailable(checks.left[0]!, failureFrom(event.error, 'verifier.failed'))
    return { review: { ...context.review, checks: withResult(checks, result) } }
  }),
  evaluate: base.assign(({ context }) => ({
    review: { checks: null, evaluation: evaluationOf(context) },
    answer: null,
  })),
  announceEvaluation: base.emit(({ context }) => {
    const { level, score, summary, caps, programmatic, criteria } = context.review.evaluation!
    return {
      type: 'evaluation.completed',
      severity: level === 'green' ? 'info' : 'warning',
      actor: system,
      ...place(context),
      data: {
        message: `the final review is ${summary}`,
        level,
        score,
        caps,
        verifiers: programmatic.map(({ name, status, exitCode }) => ({ name, status, exitCode })),
        criteria: criteria.map(({ id, verdict }) => ({ id, verdict })),
      },
    }
  }),
  startCleaner: base.spawnChild('cleaner', {
    id: 'cleaner',
    input: ({ context }) => ({ directiveId: context.id, repository: context.file.repository! }),
  }),
  stopCleaner: base.stopChild('cleaner'),
}
