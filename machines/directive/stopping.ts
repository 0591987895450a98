import { base } from './base.ts'
import type { DirectiveContext, StepRecord } from './schema.ts'
import type { StepOrder } from '../step/schema.ts'

const isUnfinished = (step: StepRecord) => step.state !== 'passed' && step.state !== 'skipped'

/** What to send so that every unfinished step of the present generation is given up. */
export const abandonments = (
  { steps, now }: DirectiveContext,
  reason: 'stopped' | 'superseded',
): { id: string; event: StepOrder }[] =>
  Object.values(steps)
    .filter(isUnfinished)
    .map(({ id }) => ({ id, event: { type: 'step.abandon', at: now, reason } }))

export const stopping = {
  /** Their answers come when the directive is final already, so it notes the states itself. */
  abandonSteps: base.enqueueActions(({ context, enqueue }) => {
    for (const { id, event } of abandonments(context, 'stopped')) enqueue.sendTo(id, event)
    const steps = Object.entries(context.steps).map(([name, step]): [string, StepRecord] => [
      name,
      isUnfinished(step) ? { ...step, state: 'skipped', waiting: false } : step,
    ])
    enqueue.assign({ steps: Object.fromEntries(steps) })
  }),
}
