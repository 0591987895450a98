import { assertEvent } from 'xstate'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import type { StepOrder } from '../step/schema.ts'
import { base } from './base.ts'
import type { DirectiveContext, DirectiveEvent, StepRecord } from './schema.ts'
import { moved, newlyReady } from './standing.ts'

/** Which steps become ready, and which of those that are ready, or handed back, get a slot: critical path first. */
export const plannedStarts = (
  context: Pick<DirectiveContext, 'steps' | 'tally' | 'frontier' | 'file'>,
  event: DirectiveEvent,
): { ready: string[]; start: string[] } => {
  const { steps, tally, frontier, file } = context
  const ready = newlyReady(context, event.type === 'step.changed' ? event.name : undefined)
  const free = Math.max(0, file.limits.maxParallelSteps - tally.busy)
  if (free === 0) return { ready, start: [] }
  const start = [...frontier, ...ready].sort((one, other) => steps[other]!.rank - steps[one]!.rank).slice(0, free)
  return { ready, start }
}

const to = (names: readonly string[], state: StepRecord['state']) =>
  names.map((name): [string, Partial<StepRecord>] => [name, { state, waiting: false }])

const namesOf = ({ steps }: DirectiveContext, state: StepRecord['state']) =>
  Object.keys(steps).filter((name) => steps[name]!.state === state)

/** The states noted here are those the steps will be in once they have what is sent: nobody else moves them there. */
export const dispatching = {
  dispatch: base.enqueueActions(({ context, event, enqueue }) => {
    // Of a chain that is superseded by now.
    if (event.type === 'step.changed' && event.generation !== context.chainGeneration) return
    const { ready, start } = plannedStarts(context, event)
    if (ready.length + start.length === 0) return
    const at = instantOf(event, context.now)
    const tell = (name: string, order: StepOrder) => enqueue.sendTo(context.steps[name]!.id, order)
    for (const name of ready) tell(name, { type: 'step.ready', at })
    for (const name of start) tell(name, { type: 'step.start', at })
    enqueue.assign({ ...moved(context, [...to(ready, 'ready'), ...to(start, 'running')]), now: at })
  }),
  recordStep: base.assign(({ context, event }) => {
    assertEvent(event, 'step.changed')
    if (event.generation !== context.chainGeneration || context.steps[event.name]!.defect) return {}
    const { name, state, waiting, reworkCount, confidence, result, failure } = event
    return {
      ...moved(context, [[name, { state, waiting, reworkCount, confidence, result, failure }]]),
      blockedEntries: context.blockedEntries + (state === 'blocked' ? 1 : 0),
      resultCommit: result?.mergeCommit ?? context.resultCommit,
      now: instantOf(event, context.now),
    }
  }),
  /** The step's actor itself is broken: nothing can move it any more but another chain. */
  recordDefect: base.assign(({ context, event }) => {
    const { actorId, error } = event as { actorId: string; error: unknown }
    const name = Object.keys(context.steps).find((key) => context.steps[key]!.id === actorId)!
    const failure = { summary: `step.defect: ${failureFrom(error, '').reason}`, instructions: '' }
    return {
      ...moved(context, [[name, { state: 'blocked', waiting: false, failure, defect: true }]]),
      blockedEntries: context.blockedEntries + 1,
    }
  }),
  interruptSteps: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'directive.pause')
    if (event.mode !== 'interrupt') return
    const at = instantOf(event, context.now)
    const running = namesOf(context, 'running')
    for (const name of running) enqueue.sendTo(context.steps[name]!.id, { type: 'step.interrupt', at })
    enqueue.assign(moved(context, to(running, 'ready')))
  }),
  /** Whoever has claimed something goes on with it; nobody else is to begin. */
  withholdOffers: base.enqueueActions(({ context, event, enqueue }) => {
    const at = instantOf(event, context.now)
    for (const name of namesOf(context, 'running'))
      enqueue.sendTo(context.steps[name]!.id, { type: 'step.withhold', at })
  }),
  offerAgain: base.enqueueActions(({ context, event, enqueue }) => {
    const at = instantOf(event, context.now)
    for (const name of namesOf(context, 'running')) enqueue.sendTo(context.steps[name]!.id, { type: 'step.offer', at })
  }),
  // Steps answer with where that led them; until then they count as being in motion. A broken one stays where it is.
  retryBlockedSteps: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'approval.resolved')
    const { respondedBy, comment } = event.answer
    const said = { ...(respondedBy && { by: respondedBy }), ...(comment && { comment }) }
    const blocked = namesOf(context, 'blocked').filter((name) => !context.steps[name]!.defect)
    for (const name of blocked) enqueue.sendTo(context.steps[name]!.id, { type: 'step.retry', at: event.at, ...said })
    enqueue.assign(moved(context, to(blocked, 'evaluating')))
  }),
  // Noted at once: a broken step could not say that it was skipped.
  skipBlockedSteps: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'approval.resolved')
    const { respondedBy, comment } = event.answer
    const said = { ...(respondedBy && { by: respondedBy }), reason: comment ?? '' }
    const blocked = namesOf(context, 'blocked')
    for (const name of blocked) enqueue.sendTo(context.steps[name]!.id, { type: 'step.skip', at: event.at, ...said })
    enqueue.assign(moved(context, to(blocked, 'skipped')))
  }),
  grantMerge: base.enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event, 'merge.request')
    const { holder, queue } = context.merge
    if (holder !== null) return enqueue.assign({ merge: { holder, queue: [...queue, event.stepId] } })
    enqueue.sendTo(event.stepId, { type: 'merge.granted', at: event.at })
    enqueue.assign({ merge: { holder: event.stepId, queue } })
  }),
  passMergeOn: base.enqueueActions(({ context, event, enqueue }) => {
    const id = event.type === 'merge.release' ? event.stepId : (event as { actorId: string }).actorId
    const { holder, queue } = context.merge
    const others = queue.filter((other) => other !== id)
    if (holder !== id) return enqueue.assign({ merge: { holder, queue: others } })
    const [next = null, ...rest] = others
    if (next !== null) enqueue.sendTo(next, { type: 'merge.granted', at: instantOf(event, context.now) })
    enqueue.assign({ merge: { holder: next, queue: rest } })
  }),
}
