// A machine with every kind of state and transition that a chart must show.
import { and, assign, fromPromise, not, setup } from 'xstate'

export const sampleMachine = setup({
  types: { context: {} as { tries: number }, events: {} as { type: string } },
  actors: { fetcher: fromPromise(async () => 'fetched') },
  guards: { isFresh: ({ context }) => context.tries === 0, isAllowed: () => true },
  actions: { count: assign({ tries: ({ context }) => context.tries + 1 }), note: () => {} },
  delays: { patience: 50, 'long.patience': 500 },
}).createMachine({
  id: 'sample',
  context: { tries: 0 },
  initial: 'idle',
  on: { 'sample.stop': '.stopped', 'sample.note': { actions: 'note' } },
  states: {
    idle: {
      on: {
        'sample.go': { target: 'work', guard: and(['isAllowed', not('isFresh')]) },
        'sample.count': { actions: 'count' },
      },
    },
    work: {
      type: 'parallel',
      entry: 'note',
      onDone: 'choosing',
      states: {
        'fetch-part': {
          initial: 'fetching',
          states: {
            fetching: { invoke: { src: 'fetcher', onDone: 'fetched', onError: '#sample.broken' } },
            fetched: { type: 'final' },
          },
        },
        fetch_part: {
          initial: 'waiting',
          states: {
            waiting: { after: { patience: 'waited', 'long.patience': '#sample.broken' } },
            waited: { type: 'final' },
          },
        },
      },
    },
    choosing: { always: [{ guard: 'isFresh', target: 'stopped' }, { target: 'resting' }] },
    resting: {
      initial: 'light',
      on: { 'sample: "wake"; now': '.deep', '*': 'idle' },
      states: {
        memory: { type: 'history', history: 'deep' },
        light: {},
        deep: { invoke: { id: 'reader', src: 'fetcher', onDone: '#sample.back' } },
      },
    },
    back: { on: { 'sample.return': 'resting.memory' } },
    broken: { on: { 'sample.retry': { target: 'work', reenter: true } } },
    stopped: { type: 'final' },
  },
})
