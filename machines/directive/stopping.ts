import { base } from './base.ts'
import type { StepOrder } from '../step/schema.ts'
import type { DirectiveContext } from './schema.ts'
import { isDone, moved } from './standing.ts'

/** What to send so that every unfinished step of the present generation is given up. */
export const abandonments = (
  { steps, now }: DirectiveContext,
  reason: 'stopped' | 'superseded',
): { id: string; event: StepOrder }[] =>
  Object.values(steps)
    .filter((step) => !isDone(step))
    .map(({ id }) => ({ id, event: { type: 'step.abandon', at: now, reason } }))

export const stopping = {
  /** Their answers come when the directive is final already, so it notes the states itself. */
  abandonSteps: base.enqueueActions(({ context, enqueue }) => {
    for (const { id, event } of abandonments(context, 'stopped')) enqueue.sendTo(id, event)
    const names = Object.keys(context.steps).filter((name) => !isDone(context.steps[name]!))
    enqueue.assign(
      moved(
        context,
        names.map((name) => [name, { state: 'skipped', waiting: false }]),
      ),
    )
  }),
}
