import { readySet } from '../chain/graph.ts'
import { instantOf } from '../instant.ts'
import type { StepOrder } from '../step/schema.ts'
import { base } from './base.ts'
import type { DirectiveContext, StepRecord } from './schema.ts'

/** Holds a slot: being worked on, and not by a person. */
export const isBusy = (step: StepRecord) => (step.state === 'running' || step.state === 'evaluating') && !step.waiting
export const isDone = (step: StepRecord) => step.state === 'passed' || step.state === 'skipped'
export const isMet =
  ({ steps }: Pick<DirectiveContext, 'steps'>) =>
  (name: string): boolean =>
    isDone(steps[name]!)

/** Which steps become ready, and which of those that are ready, or handed back, get a slot: critical path first. */
export const plannedStarts = (
  context: Pick<DirectiveContext, 'steps' | 'file'>,
): { ready: string[]; start: string[] } => {
  const steps = Object.entries(context.steps).map(([name, step]) => ({ name, ...step }))
  const free = context.file.limits.maxParallelSteps - steps.filter(isBusy).length
  const rank = (step: StepRecord) => step.rank
  const ready = readySet(steps, (step) => step.state === 'pending', isMet(context), rank)
  const waits = (step: StepRecord) => step.state === 'pending' || step.state === 'ready' || step.state === 'rework'
  const start = readySet(steps, waits, isMet(context), rank).slice(0, Math.max(0, free))
  return { ready: ready.map((step) => step.name), start: start.map((step) => step.name) }
}

const changed = (context: DirectiveContext, changes: Iterable<[string, Partial<StepRecord>]>) => {
  const steps = { ...context.steps }
  for (const [name, change] of changes) steps[name] = { ...steps[name]!, ...change }
  return steps
}

const blockedSteps = ({ steps }: DirectiveContext) =>
  Object.entries(steps).filter(([, step]) => step.state === 'blocked')

/** The states noted here are those the steps will be in once they have what is sent: nobody else moves them there. */
export const dispatching = {
  dispatch: base.enqueueActions(({ context, event, enqueue }) => {
    const { ready, start } = plannedStarts(context)
    if (ready.length + start.length === 0) return
    const at = instantOf(event, context.now)
    const tell = (name: string, order: StepOrder) => enqueue.sendTo(context.steps[name]!.id, order)
    for (const name of ready) tell(name, { type: 'step.ready', at })
    for (const name of start) tell(name, { type: 'step.start', at })
    const states = [
      ...ready.map((name): [string, Partial<StepRecord>] => [name, { state: 'ready' }]),
      ...start.map((name): [string, Partial<StepRecord>] => [name, { state: 'running' }]),
    ]
    enqueue.assign({ steps: changed(context, states), now: at })
  }),
  recordStep: base.assign(({ context, event }) => {
    if (event.type !== 'step.changed' || event.generation !== context.chainGeneration) return {}
    const { name, state, waiting, reworkCount, confidence, result, failure } = event
    return {
      steps: changed(context, [[name, { state, waiting, reworkCount, confidence, result, failure }]]),
      blockedEntries: context.blockedEntries + (state === 'blocked' ? 1 : 0),
      resultCommit: result?.mergeCommit ?? context.resultCommit,
      now: instantOf(event, context.now),
    }
  }),
  /** The step's actor itself is broken: nothing can move it any more but another chain. */
  recordDefect: base.assign(({ context, event }) => {
    const { actorId, error } = event as { actorId: string; error: unknown }
    const name = Object.keys(context.steps).find((key) => context.steps[key]!.id === actorId)!
    const failure = { summary: `step.defect: ${String((error as Error | null)?.message ?? error)}`, instructions: '' }
    return {
      steps: changed(context, [[name, { state: 'blocked', waiting: false, failure }]]),
      blockedEntries: context.blockedEntries + 1,
    }
  }),
  interruptSteps: base.enqueueActions(({ context, event, enqueue }) => {
    if (event.type !== 'directive.pause' || event.mode !== 'interrupt') return
    const at = instantOf(event, context.now)
    const running = Object.entries(context.steps).filter(([, step]) => step.state === 'running')
    for (const [, step] of running) enqueue.sendTo(step.id, { type: 'step.interrupt', at })
    enqueue.assign({
      steps: changed(
        context,
        running.map(([name]) => [name, { state: 'ready' }]),
      ),
    })
  }),
  // Steps answer with where that led them; until then they count as being in motion.
  retryBlockedSteps: base.enqueueActions(({ context, event, enqueue }) => {
    if (event.type !== 'approval.resolved') return
    const { respondedBy, comment } = event.answer
    const said = { ...(respondedBy && { by: respondedBy }), ...(comment && { comment }) }
    const blocked = blockedSteps(context)
    for (const [, { id }] of blocked) enqueue.sendTo(id, { type: 'step.retry', at: event.at, ...said })
    enqueue.assign({
      steps: changed(
        context,
        blocked.map(([name]) => [name, { state: 'evaluating' }]),
      ),
    })
  }),
  skipBlockedSteps: base.enqueueActions(({ context, event, enqueue }) => {
    if (event.type !== 'approval.resolved') return
    const { respondedBy, comment } = event.answer
    const said = { ...(respondedBy && { by: respondedBy }), reason: comment ?? '' }
    const blocked = blockedSteps(context)
    for (const [, { id }] of blocked) enqueue.sendTo(id, { type: 'step.skip', at: event.at, ...said })
    enqueue.assign({
      steps: changed(
        context,
        blocked.map(([name]) => [name, { state: 'evaluating' }]),
      ),
    })
  }),
  grantMerge: base.enqueueActions(({ context, event, enqueue }) => {
    if (event.type !== 'merge.request') return
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
