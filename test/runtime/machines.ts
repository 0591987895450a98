import { assign, emit, fromPromise, sendParent, sendTo, setup } from 'xstate'

/** Counts; a toy for everything that needs a state that shows how often an event was processed. */
export const counter = setup({
  types: {
    context: {} as { n: number; seen: string[] },
    events: {} as { type: 'ADD'; by?: number } | { type: 'END' } | { type: 'BOOM' },
  },
  actions: {
    add: assign({ n: ({ context, event }) => context.n + (event.type === 'ADD' ? (event.by ?? 1) : 0) }),
    tell: emit(({ context }) => ({ type: 'added', n: context.n })),
    explode: () => {
      throw new Error('boom')
    },
  },
}).createMachine({
  id: 'counter',
  context: { n: 0, seen: [] },
  initial: 'counting',
  output: ({ context }) => context.n,
  states: {
    counting: { on: { ADD: { actions: ['add', 'tell'] }, END: 'ended', BOOM: { actions: 'explode' } } },
    ended: { type: 'final' },
  },
})

/** A light that waits for a timer in each state. */
export const blinker = setup({ delays: { period: 1_000 } }).createMachine({
  id: 'blinker',
  initial: 'on',
  states: {
    on: { after: { period: 'off' }, on: { STOP: 'stopped' } },
    off: { after: { period: 'on' }, on: { STOP: 'stopped' } },
    stopped: {},
  },
})

const ponger = setup({
  types: { context: {} as { got: number } },
  actions: { count: assign({ got: ({ context }) => context.got + 1 }), answer: sendParent({ type: 'PONG' }) },
}).createMachine({ id: 'ponger', context: { got: 0 }, on: { PING: { actions: ['count', 'answer'] } } })

/** A parent with an invoked child that answers. */
export const pinger = setup({
  types: { context: {} as { pongs: number } },
  actors: { ponger },
  actions: { ping: sendTo('ponger', { type: 'PING' }), count: assign({ pongs: ({ context }) => context.pongs + 1 }) },
}).createMachine({
  id: 'pinger',
  context: { pongs: 0 },
  initial: 'playing',
  states: {
    playing: {
      invoke: { src: 'ponger', id: 'ponger' },
      on: { GO: { actions: 'ping' }, PONG: { actions: 'count' }, LEAVE: 'left' },
    },
    left: {},
  },
})

/** Invokes one activity named `work`. */
export const worker = setup({
  types: { context: {} as { result: unknown; reports: unknown[]; input: unknown }, input: {} as any },
  actors: { work: fromPromise<any, any>(async () => 'by the machine itself') },
  actions: {
    keep: assign({ result: ({ event }) => (event as unknown as { output: unknown }).output }),
    keepError: assign({ result: ({ event }) => (event as unknown as { error: unknown }).error }),
    note: assign({ reports: ({ context, event }) => [...context.reports, event] }),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }: { input: any }) => ({ result: null, reports: [], input }),
  initial: 'working',
  states: {
    working: {
      invoke: {
        src: 'work',
        id: 'work',
        input: ({ context }: { context: any }) => context.input,
        onDone: { target: 'done', actions: 'keep' },
        onError: { target: 'failed', actions: 'keepError' },
      },
      on: { CANCEL: 'cancelled', progress: { actions: 'note' } },
    },
    done: {},
    failed: {},
    cancelled: {},
  },
})
