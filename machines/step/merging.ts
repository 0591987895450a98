import { assertEvent } from 'xstate'
import type { MergerInput, MergerOutput } from '../activities/index.ts'
import { checksOf, evaluate } from '../evaluation/index.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { tellParent } from '../parent.ts'
import { base } from './base.ts'
import type { StepContext, StepNews } from './schema.ts'

const prepareInput = (context: StepContext): MergerInput => ({
  op: 'prepare',
  directiveId: context.directiveId,
  contractId: context.contractId,
  step: context.step.name,
  generation: context.generation,
  repository: context.repository!,
  title: `${context.step.name}: ${context.step.description}`.split('\n')[0]!.slice(0, 72),
  commit: context.evidence!.commit!,
  baseCommit: context.workspace!.baseCommit!,
})

const publishInput = (context: StepContext): MergerInput => ({
  op: 'publish',
  directiveId: context.directiveId,
  contractId: context.contractId,
  repository: context.repository!,
  mergeCommit: context.merge!.mergeCommit,
  expectedTip: context.merge!.tip,
})

const ask = (type: 'merge.request' | 'merge.release') =>
  base.enqueueActions(({ context, enqueue, self }) => {
    const news: StepNews = { type, at: context.now, stepId: context.id }
    tellParent({ enqueue, self }, news)
  })

/** Into the directive's branch: one step at a time, and nothing moves before the merged tree has been looked at. */
export const merging = {
  requestMerge: ask('merge.request'),
  releaseMerge: ask('merge.release'),
  startPrepare: base.spawnChild('merger', { id: 'merger', input: ({ context }) => prepareInput(context) }),
  startPublish: base.spawnChild('merger', { id: 'merger', input: ({ context }) => publishInput(context) }),
  stopMerger: base.stopChild('merger'),
  recordMerge: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.merger')
    const output = event.output as Extract<MergerOutput, { status: 'ready' | 'already' }>
    const tip = output.status === 'ready' ? output.tip : output.mergeCommit
    return { merge: { mergeCommit: output.mergeCommit, tip }, now: instantOf(event, context.now) }
  }),
  beginMergedChecks: base.assign(({ context }) => ({
    checks: checksOf(
      { repository: context.repository, commit: context.merge!.mergeCommit, path: null },
      context.verifiers.filter((verifier) => verifier.required),
    ),
  })),
  countPublish: base.assign({ publishAttempts: ({ context }) => context.publishAttempts + 1 }),
  forgetPublishing: base.assign({ publishAttempts: 0 }),
  recordConflict: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.merger')
    const files = (event.output as Extract<MergerOutput, { status: 'conflict' }>).files.slice(0, 100).join(', ')
    const reason = `merging conflicts with what other steps have merged since, in ${files}`
    return {
      blocked: { code: 'merge.conflict', reason },
      instructions: `Your work could not be merged: ${reason}. Do it again on the present state of the branch.`,
      freshBase: true,
      now: instantOf(event, context.now),
    }
  }),
  recordRedMerge: base.assign(({ context }) => {
    const evaluation = evaluate({
      results: context.checks!.results,
      thresholds: context.thresholds,
      criteria: [],
      judgement: null,
      tamperedFiles: [],
      before: context.evaluationBefore,
    })
    const reason = 'required verifiers fail once the work is merged with what other steps have merged since'
    return {
      evaluation,
      confidence: { score: evaluation.score, level: evaluation.level },
      blocked: { code: 'merge.red', reason },
      instructions: `Alone your work passed, but ${reason}.\n\n${evaluation.reworkInstructions}`,
      freshBase: true,
    }
  }),
  recordMergeFailure: base.assign(({ context, event }) => {
    const failure =
      event.type === 'xstate.error.actor.merger'
        ? failureFrom(event.error, 'merge.failed')
        : { code: 'merge.moved', reason: 'the result branch keeps moving under the merge' }
    const blocked = { code: 'merge.failed', reason: `${failure.code}: ${failure.reason}` }
    return { blocked, now: instantOf(event, context.now) }
  }),
}
