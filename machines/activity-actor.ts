import { fromPromise, type NonReducibleUnknown } from 'xstate'

/**
 * Stands for an activity in a machine's `setup`, by name and types only. Whoever runs the machine gives the real one:
 * the durable runtime by `activities`, XState alone by `machine.provide({ actors })`.
 */
export const activity = <Output, Input extends NonReducibleUnknown>(name: string) =>
  fromPromise<Output, Input>(() => Promise.reject(new Error(`the activity ${name} is not provided`)))

/** What an activity's actor sends its parent. Names of activities' actors are their ids. */
export type ActivityDone<Id extends string, Output> = {
  type: `xstate.done.actor.${Id}`
  output: Output
  actorId: string
}
export type ActivityError<Id extends string> = { type: `xstate.error.actor.${Id}`; error: unknown; actorId: string }
