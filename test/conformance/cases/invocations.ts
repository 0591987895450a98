import { assign, createMachine, fromTransition, sendParent, sendTo, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const counter = createMachine({
  context: ({ input }: any) => ({ n: input?.from ?? 0 }),
  initial: 'counting',
  states: {
    counting: { on: { INC: { actions: assign({ n: ({ context }: any) => context.n + 1 }) }, STOP: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }: any) => ({ total: context.n }),
} as any)

export const invocations: readonly Case[] = [
  {
    name: 'a state invokes a machine, takes its output and leaves',
    features: ['invoke.machine', 'invoke.on-done', 'invoke.input'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        initial: 'counting',
        context: { total: null },
        states: {
          counting: {
            ...plant(
              'invoke.machine',
              {
                invoke: {
                  id: 'counter',
                  src: 'counter',
                  input: { from: plant('invoke.input', 10, 0) },
                  onDone: {
                    target: 'counted',
                    actions: assign({ total: ({ event }: any) => plant('invoke.on-done', event.output.total, 0) }),
                  },
                },
              },
              {},
            ),
            on: {
              MORE: { actions: plant('invoke.machine', sendTo('counter', { type: 'INC' }), []) },
              ENOUGH: { actions: plant('invoke.machine', sendTo('counter', { type: 'STOP' }), []) },
            },
          },
          counted: {},
        },
      } as any),
    script: [{ send: { type: 'MORE' } }, { send: { type: 'INC' }, to: 'counter' }, { send: { type: 'ENOUGH' } }],
  },
  {
    name: 'several actors are invoked by one state, in place and with default ids',
    features: ['invoke.several', 'invoke.inline', 'invoke.default-id', 'invoke.transition'],
    machine: ({ plant }) =>
      createMachine({
        id: 'many',
        context: { notes: [] },
        initial: 'all',
        states: {
          all: {
            invoke: [
              { src: counter, onDone: { actions: noteEvent((event) => event.actorId) } },
              {
                id: 'sum',
                src: fromTransition((sum: number, event: any) => sum + plant('invoke.transition', event.n, 0), 0),
              },
              ...plant('invoke.several', [{ src: counter, id: 'named' }], []),
              { src: plant('invoke.inline', counter, createMachine({})), input: { from: 3 } },
            ],
            on: {
              ADD: { actions: sendTo('sum', ({ event }: any) => ({ type: 'ADD', n: event.n })) },
              END: { actions: sendTo(plant('invoke.default-id', '0.many.all', 'sum'), { type: 'STOP' }) },
            },
          },
        },
      } as any),
    script: [{ send: { type: 'ADD', n: 4 } as any }, { send: { type: 'ADD', n: 5 } as any }, { send: { type: 'END' } }],
  },
  {
    name: 'the root invokes an actor that invokes another',
    features: ['invoke.root', 'invoke.nested'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: plant(
          'invoke.root',
          [
            {
              id: 'child',
              src: createMachine({
                context: { notes: [] },
                invoke: {
                  id: plant('invoke.nested', 'grandchild', 'grandson'),
                  src: createMachine({ on: { HI: { actions: sendParent({ type: 'UP' }) } } }),
                },
                on: { UP: { actions: [note('up'), sendParent({ type: 'UP' })] } },
              }),
            },
          ],
          [],
        ),
        on: {
          UP: { actions: note('up') },
          DOWN: { actions: sendTo(({ self }: any) => childOf(self, 'child'), { type: 'UP' }) },
        },
      } as any),
    script: [
      { send: { type: 'HI' }, to: 'child/grandchild' },
      { send: { type: 'HI' }, to: 'child/grandchild' },
    ],
  },
  {
    name: 'the input of an invoked actor is computed from context and event',
    features: ['invoke.input.dynamic'],
    machine: ({ plant }) =>
      createMachine({
        context: { base: 100 },
        initial: 'idle',
        states: {
          idle: { on: { START: 'on' } },
          on: {
            invoke: {
              id: 'counter',
              src: counter,
              input: ({ context, event }: any) => ({ from: context.base + plant('invoke.input.dynamic', event.n, 0) }),
            },
            on: { STOP: 'idle' },
          },
        },
      }),
    script: [
      { send: { type: 'START', n: 1 } as any },
      { send: { type: 'INC' }, to: 'counter' },
      { send: { type: 'STOP' } },
      { send: { type: 'START', n: 2 } as any },
    ],
  },
  {
    name: 'onDone has candidates, and an error of the child goes to onError',
    features: ['invoke.on-done.candidates', 'invoke.on-error'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'on',
        states: {
          on: {
            invoke: {
              id: 'judge',
              src: createMachine({
                initial: 'thinking',
                context: { score: 0 },
                states: {
                  thinking: {
                    on: {
                      SCORE: { target: 'over', actions: assign({ score: ({ event }: any) => event.score }) },
                      BREAK: {
                        actions: () => {
                          throw new RangeError('broken')
                        },
                      },
                    },
                  },
                  over: { type: 'final' },
                },
                output: ({ context }: any) => context.score,
              } as any),
              onDone: [
                {
                  guard: ({ event }: any) => event.output > plant('invoke.on-done.candidates', 5, 100),
                  target: 'good',
                },
                { target: 'bad' },
              ],
              onError: {
                target: 'failed',
                actions: noteEvent((event) => plant('invoke.on-error', event.error.message, event.error.name)),
              },
            },
          },
          good: { on: { AGAIN: 'on' } },
          bad: { on: { AGAIN: 'on' } },
          failed: {},
        },
      } as any),
    script: [
      { send: { type: 'SCORE', score: 9 } as any, to: 'judge' },
      { send: { type: 'AGAIN' } },
      { send: { type: 'SCORE', score: 1 } as any, to: 'judge' },
      { send: { type: 'AGAIN' } },
      { send: { type: 'BREAK' }, to: 'judge' },
    ],
  },
  {
    name: 'onSnapshot follows every step of the child',
    features: ['invoke.on-snapshot'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'counter',
          src: counter,
          onSnapshot: {
            actions: noteEvent((event) =>
              plant('invoke.on-snapshot', [event.snapshot.value, event.snapshot.context.n], 0),
            ),
          },
        },
      } as any),
    script: [
      { send: { type: 'INC' }, to: 'counter' },
      { send: { type: 'NOISE' }, to: 'counter' },
      { send: { type: 'STOP' }, to: 'counter' },
    ],
  },
]

const childOf = (self: any, id: string) => self.getSnapshot().children[id]
