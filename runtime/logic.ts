import type { AnyActorLogic, AnyStateMachine } from 'xstate'

/** How an actor's logic is hosted: machines and pure logic in turns, activities by attempts. */
export type LogicKind = 'machine' | 'pure' | 'activity'

type Probe = AnyActorLogic & { config?: unknown; start?: unknown; __xstatenode?: boolean }

export const isMachine = (logic: unknown): logic is AnyStateMachine =>
  typeof logic === 'object' && logic !== null && (logic as Probe).__xstatenode === true

/** Undefined for logic that cannot be durable: callbacks and observables live in one process only. */
export function kindOf(logic: AnyActorLogic): LogicKind | undefined {
  if (isMachine(logic)) return 'machine'
  if (typeof (logic as Probe).start !== 'function') return 'pure'
  return isPromiseLogic(logic) ? 'activity' : undefined
}

// XState tags no logic with its kind; only promise logic answers this event with its data as output.
function isPromiseLogic(logic: AnyActorLogic): boolean {
  const token = {}
  try {
    const event = { type: 'xstate.promise.resolve', data: token }
    const next = logic.transition({ status: 'active' } as never, event as never, { self: {} } as never)
    return (next as { output?: unknown }).output === token
  } catch {
    return false
  }
}

/** XState's own resolution of `src`, which it does not export: inline invokes are named by place, others by `setup`. */
export function logicNamed(machine: AnyStateMachine, src: string): AnyActorLogic | undefined {
  const inline = /^xstate\.invoke\.(\d+)\.(.*)/.exec(src)
  if (!inline) return machine.implementations.actors[src] as AnyActorLogic | undefined
  const invoke = machine.getStateNodeById(inline[2] as string).config.invoke as unknown
  const definition = Array.isArray(invoke) ? invoke[Number(inline[1])] : invoke
  const named = (definition as { src: unknown }).src
  return typeof named === 'string' ? logicNamed(machine, named) : (named as AnyActorLogic)
}

/** The logic at the end of a chain of `src` names that starts at a root machine; undefined when one is missing. */
export function logicAt(root: AnyStateMachine, path: string[]): AnyActorLogic | undefined {
  let logic: AnyActorLogic | undefined = root
  for (const src of path) logic = isMachine(logic) ? logicNamed(logic, src) : undefined
  return logic
}

type ActivityState = { status: string; input?: unknown; output?: unknown; error?: unknown }
type Starter = (self: object, input: unknown) => void

/**
 * What stands in a machine for an activity: the promise logic of XState without its promise. `start` only notes
 * that an attempt is wanted; the result arrives as mail.
 */
export const activityLogic = (start: Starter): AnyActorLogic =>
  ({
    getInitialSnapshot: (_: unknown, input: unknown) => ({
      status: 'active',
      output: undefined,
      error: undefined,
      input,
    }),
    getPersistedSnapshot: (state: ActivityState) => state,
    restoreSnapshot: (state: ActivityState) => state,
    start: (state: ActivityState, scope: { self: object }) => {
      if (state.status === 'active') start(scope.self, state.input)
    },
    transition: (state: ActivityState, event: { type: string; data?: unknown }) => {
      if (state.status !== 'active') return state
      const { input: _, ...rest } = state
      if (event.type === 'xstate.promise.resolve') return { ...rest, status: 'done', output: event.data }
      if (event.type === 'xstate.promise.reject') return { ...rest, status: 'error', error: event.data }
      return event.type === 'xstate.stop' ? { ...rest, status: 'stopped' } : state
    },
  }) as unknown as AnyActorLogic
