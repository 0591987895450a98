import { assertEvent, assign, cancel, createMachine, emit, fromPromise, raise, sendTo, setup, stopChild } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

export const configuration: readonly Case[] = [
  {
    name: 'a setup gives types, actors, state configs and actions to a machine',
    features: ['setup.actors', 'setup.state-config', 'setup.action'],
    machine: ({ plant }) => {
      const base = setup({
        types: {} as { context: { notes: string[]; n: number }; events: { type: 'GO' } | { type: 'BACK' } },
        actors: { helper: createMachine({ context: { role: plant('setup.actors', 'helper', 'other') } }) },
      })
      const idle = base.createStateConfig({ on: { GO: plant('setup.state-config', 'busy', 'idle') } })
      const count = base.createAction(assign({ n: ({ context }) => context.n + plant('setup.action', 1, 2) }))
      const busy = base.createStateConfig({
        entry: count,
        invoke: { id: 'helper', src: 'helper' },
        on: { BACK: 'idle' },
      })
      return base.createMachine({ context: { notes: [], n: 0 }, initial: 'idle', states: { idle, busy } } as any)
    },
    script: [{ send: { type: 'GO' } }, { send: { type: 'BACK' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'a setup is extended with actions, guards and delays',
    features: ['setup.extend'],
    machine: ({ plant }) =>
      setup({
        types: {} as { context: { n: number; notes: string[] }; events: { type: 'GO' } },
        actions: { first: assign({ n: ({ context }) => context.n + 1 }) },
      })
        .extend({
          actions: { second: note('second') },
          guards: { few: ({ context }) => context.n < plant('setup.extend', 2, 1) },
          delays: { soon: 50 },
        })
        .createMachine({
          context: { n: 0, notes: [] },
          initial: 'a',
          states: { a: { after: { soon: 'b' } }, b: {} },
          on: { GO: { guard: 'few', actions: ['first', 'second'] } },
        } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }, { send: { type: 'GO' } }, { advance: 50 }],
  },
  {
    name: 'the actions bound to a setup work as the free ones',
    features: ['setup.bound-actions'],
    machine: ({ plant }) => {
      const bound = setup({
        types: {} as { context: { notes: string[]; n: number }; events: { type: string }; emitted: { type: string } },
        actors: { kid: createMachine({ context: { notes: [] }, on: { HI: { actions: note('hi') } } } as any) },
      })
      return bound.createMachine({
        context: { notes: [], n: 0 },
        entry: [
          bound.spawnChild('kid', { id: 'kid' }),
          bound.assign({ n: plant('setup.bound-actions', 1, 0) }),
          bound.raise({ type: 'LATER' }, { delay: 100, id: 'later' }),
          bound.raise({ type: 'LATE' }, { delay: 100 }),
          bound.emit({ type: 'hello' }),
          bound.log('quiet'),
        ],
        on: {
          GO: {
            actions: [
              bound.cancel('later'),
              bound.sendTo('kid' as any, { type: 'HI' } as any),
              bound.enqueueActions(({ enqueue }) => enqueue.assign({ n: 5 })),
            ],
          },
          STOP: { actions: bound.stopChild('kid') },
          '*': { actions: noteEvent((event) => event.type) },
        },
      } as any)
    },
    script: [{ send: { type: 'GO' } }, { advance: 100 }, { send: { type: 'STOP' } }],
  },
  {
    name: 'provide replaces guards, actions and delays',
    features: ['provide.implementations'],
    machine: ({ plant, record }) =>
      setup({
        guards: { allowed: () => false },
        actions: { tell: () => record('original'), other: () => record('other') },
        delays: { pause: 1000 },
      })
        .createMachine({
          initial: 'a',
          states: {
            a: { on: { GO: { guard: 'allowed', target: 'b', actions: ['tell', 'other'] } } },
            b: { after: { pause: 'c' } },
            c: {},
          },
        })
        .provide(
          plant(
            'provide.implementations',
            { guards: { allowed: () => true }, actions: { tell: () => record('provided') }, delays: { pause: 10 } },
            {},
          ) as any,
        ),
    script: [{ send: { type: 'GO' } }, { advance: 10 }],
  },
  {
    name: 'provide replaces actors, also of an invoked machine',
    features: ['provide.actors'],
    machine: ({ plant }) => {
      const inner = setup({
        actors: { work: fromPromise<string, unknown>(async () => Promise.reject(new Error('not provided'))) },
      }).createMachine({
        context: { result: null as unknown },
        invoke: {
          id: 'work',
          src: 'work',
          onDone: { actions: assign({ result: ({ event }: any) => event.output }) },
          onError: { actions: assign({ result: ({ event }: any) => event.error.message }) },
        },
      } as any)
      return setup({ actors: { inner } })
        .createMachine({ invoke: { id: 'inner', src: 'inner' } })
        .provide({
          actors: {
            inner: plant(
              'provide.actors',
              inner.provide({ actors: { work: fromPromise(async () => 'provided') } } as any),
              inner,
            ) as any,
          },
        })
    },
    script: [{ send: { type: 'NOISE' } }],
  },
  {
    name: 'assertEvent throws on another event',
    features: ['assert-event'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        on: {
          '*': {
            actions: assign(({ event, context }: any) => {
              assertEvent(event, plant('assert-event', ['GOOD', 'FINE'], ['GOOD', 'FINE', 'BAD']) as any)
              return { notes: [...context.notes, event.type] }
            }),
          },
        },
      } as any),
    script: [{ send: { type: 'GOOD' } }, { send: { type: 'FINE' } }, { send: { type: 'BAD' } }],
  },
  {
    name: 'a machine without id, states or context takes events',
    features: ['transition.root', 'emit.dynamic'],
    machine: ({ plant }) =>
      createMachine({
        on: {
          PING: {
            actions: plant('transition.root', [raise({ type: 'PONG' }), cancel('nothing'), stopChild('nobody')], []),
          },
          PONG: { actions: emit(({ event }) => ({ type: plant('emit.dynamic', event.type, 'NONE') })) },
          SELF: { actions: sendTo(({ self }) => self, { type: 'PING' }) },
        },
      } as any),
    script: [{ send: { type: 'PING' } }, { send: { type: 'SELF' } }],
  },
  {
    name: 'initial actions run in order, and children start before them',
    features: ['order.start'],
    machine: ({ plant, record }) =>
      createMachine({
        entry: () => record('root entry'),
        invoke: {
          id: 'child',
          src: createMachine({ entry: () => record(plant('order.start', 'child entry', 'child')) }),
        },
        initial: 'a',
        states: {
          a: {
            entry: [() => record('a entry'), ({ self }) => record(Object.keys(self.getSnapshot().children))],
            invoke: { id: 'second', src: createMachine({ entry: () => record('second entry') }) },
            on: { GO: 'b' },
          },
          b: {
            invoke: { id: 'third', src: createMachine({ entry: () => record('third entry') }) },
            entry: () => record('b entry'),
          },
        },
      }),
    script: [{ send: { type: 'GO' } }],
  },
]
