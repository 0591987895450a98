import { assign, createMachine, sendTo, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

export const completion: readonly Case[] = [
  {
    name: 'a machine ends with a fixed output, runs its exit actions and ignores what follows',
    features: ['done.output', 'done.ignores-events', 'order.done-exit'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { notes: [] },
        initial: 'on',
        exit: plant('order.done-exit', [() => record('root exit'), note('-root')], []) as any,
        states: {
          on: { exit: note('-on'), on: { END: 'off' } },
          off: { ...plant('done.ignores-events', { type: 'final' }, {}), entry: note('+off'), exit: note('-off') },
        },
        on: { POKE: { actions: note('poked') } },
        output: { answer: plant('done.output', 42, 41) },
      } as any),
    script: [{ send: { type: 'POKE' } }, { send: { type: 'END' } }, { send: { type: 'POKE' } }],
  },
  {
    name: 'the output of a machine is computed from its context and its final state',
    features: ['done.output.dynamic', 'done.output.from-final-state'],
    machine: ({ plant }) =>
      createMachine({
        context: { n: 3 },
        initial: 'on',
        states: {
          on: { on: { WIN: 'won', LOSE: 'lost' } },
          won: {
            type: 'final',
            output: ({ context, event }: any) => ({
              result: plant('done.output.from-final-state', 'won', 'lost'),
              n: context.n,
              by: event.by,
            }),
          },
          lost: { type: 'final', output: { result: 'lost' } },
        },
        output: ({ context, event }: any) => ({
          final: event.output,
          type: event.type,
          n: plant('done.output.dynamic', context.n, 0),
        }),
      } as any),
    script: [{ send: { type: 'WIN', by: 'me' } as any }],
  },
  {
    name: 'the output of a final child goes to onDone of its parent, level by level',
    features: ['done.state-output', 'done.nested'],
    machine: ({ plant }) =>
      createMachine({
        id: 'm',
        context: { notes: [] },
        initial: 'outer',
        states: {
          outer: {
            initial: 'inner',
            states: {
              inner: {
                initial: 'work',
                states: {
                  work: { on: { FINISH: 'end' } },
                  end: { type: 'final', output: ({ event }: any) => plant('done.state-output', event.value, 'none') },
                },
                onDone: plant(
                  'done.nested',
                  { target: 'innerDone', actions: noteEvent((event) => [event.type, event.output]) },
                  { actions: note('stay') },
                ),
              },
              innerDone: { type: 'final', output: 'outer output' },
            },
            onDone: { target: 'after', actions: noteEvent((event) => [event.type, event.output]) },
          },
          after: {},
        },
      } as any),
    script: [{ send: { type: 'FINISH', value: 'x' } as any }],
  },
  {
    name: 'a parallel state is done when every region is',
    features: ['done.parallel'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'both',
        states: {
          both: {
            type: 'parallel',
            states: {
              a: {
                initial: 'on',
                states: { on: { on: { A: 'off' } }, off: { type: 'final' } },
                onDone: { actions: note('a done') },
              },
              b: {
                initial: 'on',
                states: { on: { on: { B: 'off' } }, off: { type: plant('done.parallel', 'final', 'atomic') } },
                onDone: { actions: note('b done') },
              },
            },
            onDone: { target: 'finished', actions: note('both done') },
          },
          finished: {},
        },
      } as any),
    script: [{ send: { type: 'B' } }, { send: { type: 'A' } }],
  },
  {
    name: 'a parallel machine is done when its regions are',
    features: ['done.parallel', 'done.output'],
    machine: ({ plant }) =>
      createMachine({
        type: 'parallel',
        states: {
          a: { initial: 'on', states: { on: { on: { A: 'off' } }, off: { type: 'final' } } },
          b: {
            initial: 'on',
            states: { on: { on: { B: 'off' } }, off: { type: plant('done.parallel', 'final', 'atomic') } },
          },
        },
        output: plant('done.output', 'both', 'one'),
      } as any),
    script: [{ send: { type: 'A' } }, { send: { type: 'B' } }, { send: { type: 'A' } }],
  },
  {
    name: 'a done machine stops its children and tells its parent once',
    features: ['done.stops-children', 'done.unhandled'],
    machine: ({ plant }) => {
      const leaf = createMachine({ context: { notes: [] }, on: { HI: { actions: note('hi') } } })
      const branch = createMachine({
        invoke: { id: 'leaf', src: leaf },
        initial: 'on',
        states: { on: { on: { END: 'off' } }, off: { type: plant('done.stops-children', 'final', 'atomic') } },
      } as any)
      return setup({ actors: { branch } }).createMachine({
        context: { notes: [] },
        invoke: { id: 'branch', src: 'branch' },
        on: {
          END: { actions: sendTo('branch', { type: 'END' }) },
          ...plant('done.unhandled', {}, { 'xstate.done.actor.branch': { actions: note('done') } }),
        },
      } as any)
    },
    script: [{ send: { type: 'HI' }, to: 'branch/leaf' }, { send: { type: 'END' } }, { send: { type: 'END' } }],
  },
  {
    name: 'a machine may be done at its start, as root and as a child',
    features: ['done.initially'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        invoke: {
          id: 'short',
          src: createMachine({
            initial: 'end',
            states: { end: { type: 'final' } },
            output: plant('done.initially', 'at once', 'never'),
          }),
          onDone: { actions: assign({ got: ({ event }: any) => event.output }) },
        },
        states: { a: { entry: note('+a') } },
      } as any),
    script: [{ send: { type: 'NOISE' } }],
  },
  {
    name: 'a root that is final from the start has its output at once',
    features: ['done.initially', 'done.output.dynamic'],
    machine: ({ plant }) =>
      createMachine({
        context: ({ input }: any) => ({ n: input }),
        initial: 'a',
        states: { a: { always: plant('done.initially', 'b', undefined) }, b: { type: 'final' } },
        output: ({ context }: any) => plant('done.output.dynamic', context.n, 0),
      } as any),
    input: () => 5,
    script: [],
  },
  {
    name: 'a child that finishes many times over counts each incarnation',
    features: ['invoke.incarnation', 'done.event'],
    machine: ({ plant }) =>
      createMachine({
        context: { rounds: 0, outputs: [] },
        initial: 'round',
        states: {
          round: {
            entry: assign({ rounds: ({ context }: any) => context.rounds + 1 }),
            invoke: {
              id: 'player',
              src: createMachine({
                context: ({ input }: any) => ({ round: input }),
                initial: 'on',
                states: { on: { on: { FINISH: 'off' } }, off: { type: 'final' } },
                output: ({ context }: any) => context.round,
              } as any),
              input: ({ context }: any) => context.rounds,
            },
            on: {
              [plant('done.event', 'xstate.done.actor.player', 'xstate.done.actor.nobody')]: {
                target: 'round',
                reenter: plant('invoke.incarnation', true, false),
                actions: assign({ outputs: ({ context, event }: any) => [...context.outputs, event.output] }),
              },
            },
          },
        },
      } as any),
    script: [
      { send: { type: 'FINISH' }, to: 'player' },
      { send: { type: 'FINISH' }, to: 'player' },
      { send: { type: 'FINISH' }, to: 'player' },
    ],
  },
]
