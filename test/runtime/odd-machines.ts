import { assign, createMachine, enqueueActions, fromPromise, sendParent, sendTo, setup, spawnChild } from 'xstate'

/** Writes to other systems by name, and counts what it gets. */
export const correspondent = setup({
  types: { context: {} as { got: unknown[] }, events: {} as { type: string; to: string; n?: number } },
  actions: {
    write: sendTo(
      ({ system, event }) => system.get(event.to),
      ({ event }) => ({ type: 'LETTER', n: event.n }),
    ),
    keep: assign({ got: ({ context, event }) => [...context.got, event.n] }),
  },
}).createMachine({ context: { got: [] }, on: { WRITE: { actions: 'write' }, LETTER: { actions: 'keep' } } })

/** Passes its letters on to a child, which keeps them. */
export const household = setup({
  types: { context: {} as object },
  actors: { child: correspondent },
}).createMachine({ invoke: { src: 'child', id: 'child' } })

const echo = setup({ types: { context: {} as object }, actions: { back: sendParent({ type: 'BALL' }) } }).createMachine(
  {
    on: { BALL: { actions: 'back' } },
  },
)

/** Parent and child that never stop sending to each other, once they began. */
export const rally = setup({
  types: { context: {} as object },
  actors: { echo },
  actions: { forth: sendTo('echo', { type: 'BALL' }) },
}).createMachine({ invoke: { src: 'echo', id: 'echo' }, on: { BALL: { actions: 'forth' } } })

/** Takes eventless transitions for ever after SPIN. */
export const spinner = setup({
  types: { context: {} as { n: number } },
  actions: { count: assign({ n: ({ context }) => context.n + 1 }) },
}).createMachine({
  context: { n: 0 },
  initial: 'still',
  states: {
    still: { on: { SPIN: 'a' } },
    a: { always: { target: 'b', actions: 'count' } },
    b: { always: { target: 'a', actions: 'count' } },
  },
})

/** Has a spinner as its child. */
export const spinnersParent = setup({ types: { context: {} as object }, actors: { spinner } }).createMachine({
  initial: 'watching',
  states: { watching: { invoke: { src: 'spinner', id: 'spinner', onError: 'dizzy' } }, dizzy: {} },
})

/** Spawns children under any id it is told. */
export const namer = setup({
  types: { context: {} as { n: number }, events: {} as { type: 'NAME'; name: string } | { type: 'ADD' } },
  actors: { echo },
  actions: {
    spawn: spawnChild('echo', { id: ({ event }: any) => event.name }),
    add: assign({ n: ({ context }) => context.n + 1 }),
  },
}).createMachine({ context: { n: 0 }, on: { NAME: { actions: 'spawn' }, ADD: { actions: 'add' } } })

/** Invokes the activity `work` anew with each AGAIN. */
export const restarter = setup({
  types: { context: {} as { results: unknown[]; round: number } },
  actors: { work: fromPromise<any, any>(async () => undefined) },
  actions: {
    next: assign({ round: ({ context }) => context.round + 1 }),
    keep: assign({ results: ({ context, event }) => [...context.results, (event as any).output] }),
  },
}).createMachine({
  context: { results: [], round: 1 },
  initial: 'working',
  states: {
    working: {
      invoke: {
        src: 'work',
        id: 'work',
        input: ({ context }: { context: { round: number } }) => context.round,
        onDone: { target: 'done', actions: 'keep' },
      },
      on: { AGAIN: { target: 'working', reenter: true, actions: 'next' } },
    },
    done: { on: { AGAIN: { target: 'working', actions: 'next' } } },
  },
})

/** Keeps the order in which events came. */
export const recorder = setup({
  types: { context: {} as { seen: number[] }, events: {} as { type: 'N'; n: number } | { type: 'BOOM' } },
  actions: {
    keep: assign({ seen: ({ context, event }) => (event.type === 'N' ? [...context.seen, event.n] : context.seen) }),
    explode: () => {
      throw new Error('boom')
    },
  },
}).createMachine({ context: { seen: [] }, on: { N: { actions: 'keep' }, BOOM: { actions: 'explode' } } })

/** Sends itself TICK after the delay it is told, under the id it is told, and forgets it on FORGET. */
export const alarm = setup({
  types: { context: {} as { ticks: number } },
  actions: { tick: assign({ ticks: ({ context }) => context.ticks + 1 }) },
}).createMachine({
  context: { ticks: 0 },
  on: {
    SET: { actions: enqueueActions(({ enqueue, event }) => enqueue.raise({ type: 'TICK' }, event as any)) },
    FORGET: { actions: enqueueActions(({ enqueue, event }) => enqueue.cancel((event as any).id)) },
    TICK: { actions: 'tick' },
  },
})

export const empty = createMachine({})
