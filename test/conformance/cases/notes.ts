import { assign, type ActionFunction } from 'xstate'

// Untyped on purpose: the same action serves machines of every context and event type.
type AnyAction = ActionFunction<any, any, any, any, any, any, any, any, any>

/** Appends `word` to `context.notes`: what happened, in order, as part of the state that is compared. */
export const note = (word: string): AnyAction =>
  assign(({ context }) => ({ notes: [...(context.notes ?? []), word] })) as AnyAction

/** Appends what `read` finds in the event to `context.notes`. */
export const noteEvent = (read: (event: any) => unknown): AnyAction =>
  assign(({ context, event }) => ({ notes: [...(context.notes ?? []), read(event)] })) as AnyAction

export const nothing = [] as const
