import { assign, createMachine, emit, log, raise, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note } from './notes.ts'

export const actions: readonly Case[] = [
  {
    name: 'custom actions run inline, by name and by object, in order',
    features: ['action.inline', 'action.named', 'action.object', 'action.unimplemented'],
    machine: ({ plant, record }) =>
      setup({
        actions: {
          named: () => record(plant('action.named', 'named', 'other')),
          object: () => record(plant('action.object', 'object', 'other')),
        },
      }).createMachine({
        initial: 'a',
        states: {
          a: {
            entry: [({ event }: any) => record(`inline ${event.type}`), 'named', { type: 'object' }] as any,
            exit: 'named',
            on: {
              GO: { target: 'b', actions: [({ event }) => record({ sent: plant('action.inline', event, null) })] },
            },
          },
          b: {
            entry: plant('action.unimplemented', ['nobody', 'object'], [() => record('nobody'), 'object']) as any,
            on: { GO: 'a' },
          },
        },
      }),
    script: [{ send: { type: 'GO', n: 1 } as any }, { send: { type: 'GO' } }],
  },
  {
    name: 'actions take static and dynamic parameters',
    features: ['action.params', 'action.params.dynamic', 'assign.params'],
    machine: ({ plant, record }) =>
      setup({
        types: {} as { context: { total: number }; events: { type: 'ADD'; n: number } },
        actions: {
          say: (_, params: { words: unknown }) => record(params),
          add: assign({ total: ({ context }, params: { n: number }) => context.total + params.n }),
        },
      }).createMachine({
        context: { total: 0 },
        entry: { type: 'say', params: plant('action.params', { words: ['hello', 1] }, { words: [] }) },
        on: {
          ADD: {
            actions: [
              { type: 'add', params: ({ event }) => ({ n: event.n + plant('assign.params', 0, 1) }) },
              {
                type: 'say',
                params: ({ context, event }) => ({
                  words: { total: context.total, n: plant('action.params.dynamic', event.n, 0) },
                }),
              },
            ],
          },
        },
      }),
    script: [{ send: { type: 'ADD', n: 2 } as any }, { send: { type: 'ADD', n: 3 } as any }],
  },
  {
    name: 'assign updates keys by value, by function and many at once; the next action sees the new context',
    features: ['assign.object', 'assign.function', 'assign.order'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { count: 0, last: 'none', kept: true, seen: [] },
        on: {
          HIT: {
            actions: [
              assign({ count: ({ context }: any) => context.count + plant('assign.object', 1, 2), last: 'hit' }),
              ...plant('assign.order', [assign({ seen: ({ context }: any) => [...context.seen, context.count] })], []),
              ({ context }: any) => record(context.count),
              assign(({ context, event }: any) => ({
                count: context.count * 10,
                [plant('assign.function', 'by', 'of')]: event.by,
              })),
            ],
          },
        },
      } as any),
    script: [{ send: { type: 'HIT', by: 'me' } as any }, { send: { type: 'HIT', by: 'you' } as any }],
  },
  {
    name: 'raised events are taken in order within the macrostep',
    features: ['raise.basic', 'raise.dynamic', 'raise.order'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: {
                actions: [
                  note('go'),
                  ...plant('raise.basic', [raise({ type: 'FIRST' })], []),
                  ...plant(
                    'raise.order',
                    [raise({ type: 'SECOND' }), raise({ type: 'THIRD' })],
                    [raise({ type: 'THIRD' }), raise({ type: 'SECOND' })],
                  ),
                  note('gone'),
                ],
                target: 'b',
              },
            },
          },
          b: {
            entry: note('+b'),
            on: {
              FIRST: { actions: [note('first'), raise({ type: 'NESTED' })] },
              SECOND: { actions: note('second') },
              THIRD: {
                actions: [
                  note('third'),
                  raise(({ context }: any) => ({ type: 'COUNT', n: plant('raise.dynamic', context.notes.length, 0) })),
                ],
              },
              NESTED: { actions: note('nested') },
              COUNT: { actions: assign({ n: ({ event }: any) => event.n }) },
            },
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'eventless transitions come before raised events',
    features: ['always.before-raised'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: { on: { GO: { target: 'b', actions: raise({ type: 'RAISED' }) } } },
          b: {
            ...plant('always.before-raised', { always: 'c' }, {}),
            on: { RAISED: { target: 'wrong', actions: note('raised in b') } },
          },
          c: { on: { RAISED: { actions: note('raised in c') } } },
          wrong: {},
        },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'self.send in a custom action arrives after the macrostep',
    features: ['action.self-send', 'action.self-snapshot'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: {
                target: 'b',
                actions: [
                  ({ self }) => self.send({ type: plant('action.self-send', 'LATER', 'NEVER') } as any),
                  ({ self }) => record({ was: plant('action.self-snapshot', self.getSnapshot().value, 'b') }),
                  raise({ type: 'NOW' }),
                ],
              },
            },
          },
          b: { entry: note('+b'), on: { NOW: { actions: note('now') }, LATER: 'c' } },
          c: { entry: note('+c'), on: { NOW: { actions: note('late') } } },
        },
      }),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'emit tells static and computed events to the outside',
    features: ['emit.static', 'emit.dynamic'],
    machine: ({ plant }) =>
      createMachine({
        context: { n: 0 },
        entry: emit({ type: plant('emit.static', 'started', 'begun') }),
        on: {
          TICK: {
            actions: [
              assign({ n: ({ context }: any) => context.n + 1 }),
              emit(({ context, event }: any) => ({
                type: 'ticked',
                n: plant('emit.dynamic', context.n, 0),
                at: event.at,
              })),
              emit({ type: 'twice' }),
            ],
          },
        },
      } as any),
    script: [{ send: { type: 'TICK', at: 'noon' } as any }, { send: { type: 'TICK' } }],
  },
  {
    name: 'log evaluates its expression with context and event',
    features: ['log.value'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { n: 7 },
        on: {
          SAY: {
            actions: [
              log('plain'),
              log(
                ({ context, event }) => record(plant('log.value', { n: context.n, type: event.type }, null)),
                'label',
              ),
            ],
          },
        },
      } as any),
    script: [{ send: { type: 'SAY' } }],
  },
]
