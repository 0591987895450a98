import { type AnyActorLogic, type AnyEventObject, type AnyStateMachine, assign, setup } from 'xstate'
import { isMachine } from '../logic.ts'

/**
 * Stands for a child machine: notes what it was given and what it hears, and does nothing by itself. An event
 * `puppet.fail { error }` makes it throw, as a defect of the child would.
 */
export const puppet = setup({
  types: {
    context: {} as { input: unknown; heard: AnyEventObject[] },
    events: {} as AnyEventObject,
    input: {} as unknown,
  },
  actions: {
    hear: assign({ heard: ({ context, event }) => [...context.heard, event] }),
    fail: ({ event }) => {
      throw event['error']
    },
  },
}).createMachine({
  id: 'puppet',
  context: ({ input }) => ({ input, heard: [] }),
  on: { 'puppet.fail': { actions: 'fail' }, '*': { actions: 'hear' } },
})

/** The machine alone: every machine below it is a puppet, so that all it meets is what a test lets it meet. */
export function withPuppets<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const actors = machine.implementations.actors as Record<string, AnyActorLogic>
  const puppets = Object.keys(actors).filter((src) => isMachine(actors[src]))
  return machine.provide({ actors: Object.fromEntries(puppets.map((src) => [src, puppet])) } as never) as Machine
}
