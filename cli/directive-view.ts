import type { DirectiveContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { allRows, type Row } from './identity.ts'

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
}

export async function viewDirective(runtime: Runtime, id: string): Promise<DirectiveView> {
  const { value, status, seq, context } = await runtime.snapshot(id)
  const approvals = await allRows(runtime, 'approval', { systemId: id, key: 'pending' })
  return { id, state: stateOf(value), status, seq, context, steps: stepsOf(context), approvals }
}

/** The name of the outermost state. */
export const stateOf = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys((value ?? {}) as object)[0] ?? 'unknown')

export const isFinal = ({ state, status }: DirectiveView): boolean =>
  status !== 'active' || state === 'completed' || state === 'failed'

/** Nothing moves before somebody answers, starts or resumes: the same condition that stops the wall time. */
export const waitsForPerson = ({ state, context }: DirectiveView): boolean =>
  !['completed', 'failed'].includes(state) && context.runningSince === null

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
