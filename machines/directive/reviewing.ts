import { assertEvent } from 'xstate'
import type { DetectorInput, Subject } from '../activities/index.ts'
import type { AcceptanceCriterion } from '../directive-file.ts'
import {
  type Checks,
  checksOf,
  criterionName,
  evaluate,
  type Evaluation,
  type Judgement,
  unavailable,
  undecided,
  undetected,
  verdictsOf,
  verifierInput,
  withResult,
} from '../evaluation/index.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import type { JudgeTerms } from '../judge/schema.ts'
import { VerifierConfig, type VerifierSpec } from '../verifier.ts'
import { base, place, system } from './base.ts'
import type { DirectiveContext, DirectiveEvent, Review, StepRecord } from './schema.ts'

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

/** Nothing looked at yet but what is to be run. */
export const freshReview = (checks: Checks | null): Review => ({
  checks,
  judging: false,
  judgement: null,
  evaluation: null,
})

/** Those that no command has decided. */
export const criteriaLeft = ({ file, review }: DirectiveContext): AcceptanceCriterion[] =>
  undecided({ criteria: file.acceptanceCriteria, results: review.checks!.results })

const judgeTerms = (context: DirectiveContext): JudgeTerms => ({
  address: 'judge',
  brief: {
    purpose: 'judge',
    directiveId: context.id,
    models: context.models.judge,
    goal: context.file.goal,
    step: null,
    criteria: criteriaLeft(context),
    subject: subjectOf(context),
    baseCommit: null,
    evidence: null,
    programmatic: context.review.checks!.results,
  },
  onRateLimit: context.file.model?.onRateLimit ?? 'park',
  ledger: { step: null, attempt: context.chainGeneration },
  place: place(context),
  at: context.now,
})

const judgementOf = (event: DirectiveEvent): Judgement => {
  assertEvent(event, ['judge.concluded', 'xstate.error.actor.judge'])
  if (event.type === 'judge.concluded') return event.judgement
  return { verdicts: [], model: null, failure: failureFrom(event.error, 'judge.failed') }
}

const evaluationOf = (context: DirectiveContext): Evaluation => {
  const { checks, judgement } = context.review
  const { results } = checks!
  const { file } = context
  const evaluation = evaluate({
    results,
    thresholds: file.thresholds,
    criteria: verdictsOf({ criteria: file.acceptanceCriteria, requirements: file.requirements, results }, judgement),
    judgement,
    tamperedFiles: [],
    before: null,
  })
  return file.repository ? evaluation : weakest(evaluation, context)
}

/** The final review: does what was merged, as a whole, do what was asked for? */
export const reviewing = {
  useKnownVerifiers: base.assign(({ context }) => ({
    review: freshReview(checksFor(context, [])),
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
    return { review: freshReview(checks), now: instantOf(event, context.now) }
  }),
  recordUndetected: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.error.actor.detector')
    const found = unavailable(undetected, failureFrom(event.error, 'detector.failed'))
    const review = freshReview({ ...checksFor(context, []), results: [found] })
    return { review, now: instantOf(event, context.now) }
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
    return { review: { ...context.review, checks: withResult(checks, result) }, now: instantOf(event, context.now) }
  }),
  /** Once: after a pause it is still at it. */
  startJudge: base.enqueueActions(({ context, enqueue }) => {
    if (context.review.judging) return
    enqueue.spawnChild('judge', { id: 'judge', input: judgeTerms(context) })
    enqueue.assign({ review: { ...context.review, judging: true } })
  }),
  stopJudge: base.stopChild('judge'),
  recordJudgement: base.assign(({ context, event }) => ({
    review: { ...context.review, judgement: judgementOf(event) },
    now: instantOf(event, context.now),
  })),
  evaluate: base.assign(({ context }) => ({
    review: { ...freshReview(null), evaluation: evaluationOf(context) },
    answer: null,
  })),
  announceEvaluation: base.emit(({ context }) => {
    const { level, score, summary, caps, programmatic, criteria, judgeModel } = context.review.evaluation!
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
        criteria: criteria.map(({ id, verdict, by }) => ({ id, verdict, by })),
        judgeModel,
      },
    }
  }),
  startCleaner: base.spawnChild('cleaner', {
    id: 'cleaner',
    input: ({ context }) => ({ directiveId: context.id, repository: context.file.repository! }),
  }),
  stopCleaner: base.stopChild('cleaner'),
}
