import { assertEvent } from 'xstate'
import type { DetectorInput, Subject } from '../activities/index.ts'
import { Evaluation, checksOf, evaluate, evaluationOfFailure, tamperedFiles, verdictsOf } from '../evaluation/index.ts'
import { unavailable, undetected, verifierInput, withResult } from '../evaluation/index.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import type { JudgeTerms } from '../judge/schema.ts'
import { listOf } from '../models.ts'
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

/** Commands that verify criteria run in the final review: here there is something to say only once a judge was asked. */
const criteriaOf = ({ acceptanceCriteria, requirements, checks, judgement }: StepContext) =>
  judgement === null
    ? []
    : verdictsOf({ criteria: acceptanceCriteria, requirements, results: checks!.results }, judgement)

const ownModels = ({ step, models }: StepContext): string[] => {
  const { executor } = step.contract
  if (executor.kind === 'model') return listOf(executor.models) ?? models.agent
  return executor.kind === 'agent' && executor.model !== undefined ? [executor.model] : []
}

/** Nobody judges their own work as well as somebody else does: models that did not do it come first. */
const judgesOf = (context: StepContext): string[] => {
  const own = ownModels(context)
  const { judge } = context.models
  return [...judge.filter((model) => !own.includes(model)), ...judge.filter((model) => own.includes(model))]
}

const judgeTerms = (context: StepContext): JudgeTerms => ({
  address: `${context.id}/judge`,
  brief: {
    purpose: 'judge',
    directiveId: context.directiveId,
    models: judgesOf(context),
    goal: context.goal,
    step: { name: context.step.name, description: context.step.description },
    criteria: context.acceptanceCriteria,
    subject: subjectOf(context),
    baseCommit: context.workspace!.baseCommit,
    evidence: context.evidence,
    programmatic: context.checks!.results,
  },
  onRateLimit: context.onRateLimit,
  ledger: { step: context.step.name, attempt: context.attempt },
  place: place(context),
  at: context.now,
})

const evaluationOf = (context: StepContext): Evaluation =>
  context.failure
    ? evaluationOfFailure(context.failure, context.evaluationBefore)
    : evaluate({
        results: context.checks!.results,
        thresholds: context.thresholds,
        criteria: criteriaOf(context),
        judgement: context.judgement,
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
      now: instantOf(event, context.now),
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
    return { checks: withResult(context.checks!, result), now: instantOf(event, context.now) }
  }),
  startJudge: base.spawnChild('judge', { id: 'judge', input: ({ context }) => judgeTerms(context) }),
  stopJudge: base.stopChild('judge'),
  recordJudgement: base.assign(({ context, event }) => {
    assertEvent(event, ['judge.concluded', 'xstate.error.actor.judge'])
    const failed = (error: unknown) => ({ verdicts: [], model: null, failure: failureFrom(error, 'judge.failed') })
    return {
      judgement: event.type === 'judge.concluded' ? event.judgement : failed(event.error),
      now: instantOf(event, context.now),
    }
  }),
  evaluate: base.assign(({ context }) => {
    const evaluation = evaluationOf(context)
    return { evaluation, checks: null, confidence: { score: evaluation.score, level: evaluation.level } }
  }),
  announceEvaluation: base.emit(({ context }) => {
    const { level, score, summary, caps, programmatic, criteria, judgeModel } = context.evaluation!
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
        criteria: criteria.map(({ id, verdict, by }) => ({ id, verdict, by })),
        judgeModel,
      },
    }
  }),
}
