import type { DirectiveContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { allRows, type Row } from './identity.ts'
import { offerOf, type Offer } from './offers.ts'

export type StepView = DirectiveContext['steps'][string] & { name: string; depth: number }

/** A directive as commands show it. */
export type DirectiveView = {
  id: string
  /** draft, planning, active, paused, completed, failed. */
  state: string
  /** error: its machine failed, which is a defect; the system is parked. */
  status: string
  /** The last journal entry. */
  seq: number
  context: DirectiveContext
  /** Of the present generation, in the order of the chain. */
  steps: StepView[]
  /** Those that wait for an answer. */
  approvals: (Row & { data: any })[]
  /** Work that waits for somebody from outside. */
  offers: Offer[]
}

export async function viewDirective(runtime: Runtime, id: string): Promise<DirectiveView> {
  const { value, status, seq, context } = await runtime.snapshot(id)
  const [approvals, offers] = await Promise.all([
    allRows(runtime, 'approval', { systemId: id, key: 'pending' }),
    allRows(runtime, 'offer', { systemId: id }),
  ])
  const steps = stepsOf(context)
  return { id, state: stateOf(value), status, seq, context, steps, approvals, offers: offers.map(offerOf) }
}

/** The name of the outermost state. */
export const stateOf = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys((value ?? {}) as object)[0] ?? 'unknown')

/** Ended, or parked for a defect: what it does as it ends (cleaning up, say) is done too. */
export const isFinal = ({ status }: DirectiveView): boolean => status !== 'active'

/** Nothing moves before somebody answers, starts or resumes: wall time stands still and nothing drains. */
export const waitsForPerson = (view: DirectiveView): boolean =>
  !isFinal(view) &&
  view.context.outcome === null &&
  view.context.runningSince === null &&
  !view.steps.some(isMoving(view.context))

// Whoever asks for money that is not there stands still as well.
const isMoving =
  ({ budget }: DirectiveContext) =>
  ({ id, state, waiting }: StepView): boolean =>
    !waiting &&
    (state === 'running' || state === 'evaluating' || state === 'rework') &&
    !budget.waiting.some((asked) => asked.id.startsWith(`${id}/`))

function stepsOf({ steps }: DirectiveContext): StepView[] {
  const depths = new Map<string, number>()
  const depthOf = (name: string): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    depths.set(name, 0) // a chain has no cycle, but a picture must not depend on it
    const depth = Math.max(-1, ...(steps[name]?.dependsOn ?? []).map(depthOf)) + 1
    depths.set(name, depth)
    return depth
  }
  return Object.entries(steps).map(([name, step]) => ({ ...step, name, depth: depthOf(name) }))
}
