import { assertEvent } from 'xstate'
import type { PublisherInput } from '../activities/index.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { base, place, system } from './base.ts'
import type { DirectiveContext } from './schema.ts'

const publisherInput = (context: DirectiveContext): PublisherInput => ({
  directiveId: context.id,
  title: context.file.title,
  goal: context.file.goal,
  repository: context.file.repository!,
  branch: context.resultBranch!,
  pullRequest: context.file.pullRequest!,
  evaluation: context.review.evaluation!,
  steps: Object.entries(context.steps).flatMap(([name, { result }]) =>
    result === null ? [] : [{ name, level: result.level, score: result.score, summary: result.summary }],
  ),
  costUsd: context.totals.costUsd,
  unknownCosts: context.totals.unknownCosts,
})

/** The result as a draft pull request. */
export const publishing = {
  startPublisher: base.spawnChild('publisher', {
    id: 'publisher',
    input: ({ context }) => publisherInput(context),
  }),
  stopPublisher: base.stopChild('publisher'),
  recordPublication: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.publisher')
    const { at: _, ...publication } = event.output
    return { publication, now: instantOf(event, context.now) }
  }),
  announcePublication: base.emit(({ context }) => {
    const { url, created } = context.publication!
    return {
      type: 'pull_request.published',
      severity: 'info',
      actor: system,
      ...place(context),
      data: {
        message: `the draft pull request is ${created ? 'made' : 'brought up to date'}: ${url}`,
        ...context.publication!,
      },
    }
  }),
  recordPublishingFailure: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.error.actor.publisher')
    const { code, reason } = failureFrom(event.error, 'publisher.failed')
    return {
      attention: { code: 'publishing.failed', reason: `${code}: ${reason}` },
      now: instantOf(event, context.now),
    }
  }),
}
