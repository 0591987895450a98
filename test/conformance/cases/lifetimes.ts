import { assign, createMachine, fromPromise, raise, sendParent, sendTo, setup, spawnChild, stopChild } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const listener = createMachine({
  context: { notes: [] },
  on: { '*': { actions: noteEvent((event) => event.type) } },
})

export const lifetimes: readonly Case[] = [
  {
    name: 'a delayed event for a stopped actor does not reach its successor of the same id',
    features: ['send.stale-incarnation'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'on',
        states: {
          on: {
            invoke: { id: 'target', src: listener },
            on: {
              ARM: { actions: sendTo('target', { type: 'LATE' }, { delay: 100 }) },
              AGAIN: { target: 'on', reenter: plant('send.stale-incarnation', true, false) },
            },
          },
        },
      }),
    script: [
      { send: { type: 'ARM' } },
      { send: { type: 'AGAIN' } },
      { advance: 100 },
      { send: { type: 'ARM' } },
      { advance: 100 },
    ],
  },
  {
    name: 'a leaf that finishes finishes its ancestors, level by level',
    features: ['done.cascade', 'invoke.nested'],
    machine: ({ plant }) => {
      const level = (depth: number): any =>
        createMachine({
          context: { depth },
          initial: 'on',
          states: {
            on: {
              ...(depth === 0
                ? { on: { END: plant('done.cascade', 'off', undefined) } }
                : {
                    invoke: {
                      id: plant('invoke.nested', 'a', 'b'),
                      src: level(depth - 1),
                      onDone: { target: 'off', actions: assign({ got: ({ event }: any) => event.output }) },
                    },
                  }),
            },
            off: { type: 'final' },
          },
          output: ({ context }: any) => [context.depth, ...(context.got ?? [])],
        } as any)
      return level(4)
    },
    script: [{ send: { type: 'NOISE' } }, { send: { type: 'END' }, to: 'a/a/a/a' }],
  },
  {
    name: 'children tell their parent at their start, in order, before any event from outside',
    features: ['send.initial'],
    machine: ({ plant }) => {
      const eager = (name: string) =>
        createMachine({ entry: [sendParent({ type: 'STARTED', name }), sendParent({ type: 'READY', name })] })
      return createMachine({
        context: { notes: [] },
        entry: [note('entry'), raise({ type: 'RAISED' })],
        invoke: plant('send.initial', ['one', 'two'], ['two', 'one']).map((name) => ({ id: name, src: eager(name) })),
        on: {
          RAISED: { actions: note('raised') },
          STARTED: { actions: noteEvent((event) => `${event.name} started`) },
          READY: { actions: noteEvent((event) => `${event.name} ready`) },
        },
      } as any)
    },
    script: [{ send: { type: 'NOISE' } }],
  },
  {
    name: 'a parent that stops its child at its first word still hears the second',
    features: ['stop.child.id', 'send.burst'],
    machine: ({ plant }) =>
      setup({
        actors: {
          child: createMachine({
            on: {
              SPEAK: {
                actions: plant('send.burst', ['ONE', 'TWO', 'THREE'], ['ONE', 'THREE', 'TWO']).map((type) =>
                  sendParent({ type }),
                ),
              },
            },
          }),
        },
      }).createMachine({
        context: { notes: [] },
        entry: spawnChild('child', { id: 'child' }),
        on: {
          ONE: { actions: [note('one'), stopChild(plant('stop.child.id', 'child', 'nobody'))] },
          TWO: { actions: note('two') },
          THREE: { actions: note('three') },
        },
      } as any),
    script: [{ send: { type: 'SPEAK' }, to: 'child' }],
  },
  {
    name: 'a root that reenters itself starts its actors and timers again',
    features: ['transition.root-reenter', 'after.root', 'always.root'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [], n: 0 },
        entry: note('+root'),
        exit: note('-root'),
        invoke: { id: 'listener', src: listener },
        after: { [plant('after.root', 100, 50)]: { actions: note('timeout') } },
        always: {
          guard: ({ context }: any) => context.n > 0 && context.n < plant('always.root', 4, 2),
          actions: assign({ n: ({ context }: any) => context.n + 1 }),
        },
        initial: 'a',
        states: { a: { on: { NEXT: 'b' } }, b: {} },
        on: {
          RESET: { target: '.a', reenter: plant('transition.root-reenter', true, false) },
          TELL: { actions: sendTo('listener', { type: 'TOLD' }) },
          COUNT: { actions: assign({ n: 1 }) },
        },
      } as any),
    script: [
      { send: { type: 'NEXT' } },
      { send: { type: 'TELL' } },
      { advance: 60 },
      { send: { type: 'RESET' } },
      { advance: 60 },
      { send: { type: 'COUNT' } },
      { advance: 40 },
    ],
  },
  {
    name: 'a second actor under an id in use takes its place among the children',
    features: ['spawn.same-id'],
    machine: ({ plant }) =>
      setup({ actors: { listener } }).createMachine({
        context: ({ spawn }: any) => ({ first: spawn('listener', { id: 'kid' }), second: null, notes: [] }),
        on: {
          AGAIN: {
            actions: assign({
              second: ({ spawn }: any) => spawn('listener', { id: plant('spawn.same-id', 'kid', 'other') }),
            }),
          },
          BOTH: {
            actions: [
              sendTo(({ context }: any) => context.first, { type: 'FIRST' }),
              sendTo(({ context, self }: any) => context.second ?? self, { type: 'SECOND' }),
              sendTo('kid', { type: 'NAMED' }),
            ],
          },
        },
      } as any),
    script: [{ send: { type: 'BOTH' } }, { send: { type: 'AGAIN' } }, { send: { type: 'BOTH' } }],
  },
  {
    name: 'spawnChild without an id makes an actor that can be found by its system id',
    features: ['spawn.unnamed'],
    machine: ({ plant }) =>
      setup({ actors: { listener } }).createMachine({
        entry: spawnChild('listener', { systemId: plant('spawn.unnamed', 'only', 'lonely') }),
        on: { GO: { actions: ({ system }: any) => system.get('only')?.send({ type: 'HELLO' }) } },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'a machine that is done loses its timers, its promises and its mail',
    features: ['done.stops-children', 'done.ignores-events'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        entry: raise({ type: 'LATE' }, { delay: 100 }),
        invoke: [
          {
            id: 'work',
            src: fromPromise(
              ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
            ),
          },
          { id: 'listener', src: listener },
        ],
        initial: 'on',
        states: {
          on: {
            on: {
              END: {
                target: 'off',
                actions: [sendTo(({ self }) => self, { type: 'OWN' }), sendTo('listener', { type: 'LAST' })],
              },
            },
          },
          off: { ...plant('done.stops-children', { type: 'final' }, {}), entry: raise({ type: 'RAISED' }) },
        },
        on: {
          '*': plant('done.ignores-events', { actions: noteEvent((event) => event.type) }, { actions: note('x') }),
        },
      } as any),
    script: [{ send: { type: 'NOISE' } }, { send: { type: 'END' } }, { advance: 100 }, { send: { type: 'NOISE' } }],
  },
  {
    name: 'hundreds of deliveries follow one event',
    features: ['send.many'],
    machine: ({ plant }) =>
      createMachine({
        context: { n: 0, list: [] },
        invoke: { id: 'echo', src: createMachine({ on: { PING: { actions: sendParent({ type: 'PONG' }) } } }) },
        on: {
          START: { actions: [assign({ n: 0 }), sendTo('echo', { type: 'PING' })] },
          PONG: {
            actions: [
              assign({
                n: ({ context }: any) => context.n + 1,
                list: ({ context }: any) => (context.n % 50 === 0 ? [...context.list, context.n] : context.list),
              }),
              sendTo(({ context, self }: any) => (context.n < plant('send.many', 150, 149) ? 'echo' : self), {
                type: 'PING',
              }),
            ],
          },
        },
      } as any),
    script: [
      { send: { type: 'START' } },
      { send: { type: 'START' } },
      { send: { type: 'START' } },
      { send: { type: 'NOISE' } },
    ],
  },
  {
    name: 'the done events of states can be taken as ordinary events, and getAll lists the system',
    features: ['done.state-event', 'system.get-all'],
    machine: ({ plant }) =>
      createMachine({
        id: 'm',
        context: { notes: [] },
        invoke: { id: 'kid', systemId: plant('system.get-all', 'the-kid', 'a-kid'), src: listener },
        initial: 'on',
        states: {
          on: { initial: 'a', states: { a: { on: { END: 'b' } }, b: { type: 'final' } } },
          off: {},
        },
        on: {
          [plant('done.state-event', 'xstate.done.state.m.on', 'xstate.done.state.m.off')]: '.off',
          LIST: {
            actions: assign(({ system, context }: any) => ({
              notes: [...context.notes, Object.keys(system.getAll())],
            })),
          },
        },
      } as any),
    script: [{ send: { type: 'LIST' } }, { send: { type: 'END' } }],
  },
]
