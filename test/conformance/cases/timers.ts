import { assign, cancel, createMachine, forwardTo, raise, sendParent, sendTo, setup, stopChild } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const listener = createMachine({
  context: { notes: [] },
  on: { '*': { actions: noteEvent((event) => event.type) } },
})

export const timers: readonly Case[] = [
  {
    name: 'raise waits for a number, a named delay and a computed delay',
    features: ['raise.delay', 'raise.delay.named', 'raise.delay.function'],
    machine: ({ plant }) =>
      setup({
        types: {} as { context: { pause: number; notes: string[] } },
        delays: { named: ({ context }) => context.pause * plant('raise.delay.named', 1, 5) },
      }).createMachine({
        context: { pause: 20, notes: [] },
        entry: [
          raise({ type: 'NUMBER' }, { delay: plant('raise.delay', 10, 1000) }),
          raise({ type: 'NAMED' }, { delay: 'named' }),
          raise(
            { type: 'COMPUTED' },
            { delay: ({ context }) => context.pause + plant('raise.delay.function', 10, 100) },
          ),
        ],
        on: { '*': { actions: noteEvent((event) => event.type) } },
      }),
    script: [{ advance: 9 }, { advance: 1 }, { advance: 10 }, { advance: 10 }, { advance: 200 }],
  },
  {
    name: 'a delay of zero is a timer, not an immediate event',
    features: ['raise.delay.zero', 'after.zero'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            entry: [
              plant('raise.delay.zero', raise({ type: 'ZERO' }, { delay: 0 }), raise({ type: 'ZERO' })),
              raise({ type: 'NOW' }),
            ],
            on: { ZERO: { actions: note('zero') }, NOW: { actions: note('now') }, GO: 'b' },
          },
          b: {
            ...plant('after.zero', { after: { 0: 'c' } }, { always: 'c' }),
            entry: [note('+b'), raise({ type: 'NOW' })],
            exit: note('-b'),
            on: { NOW: { actions: note('now in b') } },
          },
          c: {},
        },
      } as any),
    script: [{ send: { type: 'OTHER' } }, { advance: 1 }, { send: { type: 'GO' } }, { advance: 1 }],
  },
  {
    name: 'cancel stops a delayed raise and a delayed sendTo, by fixed and computed id',
    features: ['cancel.raise', 'cancel.send', 'cancel.dynamic', 'cancel.unknown'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [], id: 'third' },
        invoke: { id: 'listener', src: listener },
        entry: [
          raise({ type: 'RAISED' }, { delay: 100, id: 'first' }),
          sendTo('listener', { type: 'SENT' }, { delay: 100, id: 'second' }),
          raise({ type: 'DYNAMIC' }, { delay: 100, id: 'third' }),
          raise({ type: 'KEPT' }, { delay: 100, id: 'fourth' }),
        ],
        on: {
          CANCEL: {
            actions: [
              ...plant('cancel.raise', [cancel('first')], []),
              ...plant('cancel.send', [cancel('second')], []),
              ...plant('cancel.dynamic', [cancel(({ context }: any) => context.id)], []),
              cancel(plant('cancel.unknown', 'nobody', 'fourth')),
            ],
          },
          '*': { actions: noteEvent((event) => event.type) },
        },
      } as any),
    script: [{ advance: 50 }, { send: { type: 'CANCEL' } }, { advance: 50 }, { advance: 100 }],
  },
  {
    name: 'the same id armed twice fires twice, and cancel hits the later one',
    features: ['timer.twice'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        on: {
          ARM: {
            actions: raise(({ event }: any) => ({ type: 'RING', n: event.n }), {
              id: 'bell',
              delay: ({ event }: any) => event.delay,
            }),
          },
          CANCEL: { actions: plant('timer.twice', cancel('bell'), note('ignored')) },
          RING: { actions: noteEvent((event) => event.n) },
        },
      } as any),
    script: [
      { send: { type: 'ARM', n: 1, delay: 100 } as any },
      { send: { type: 'ARM', n: 2, delay: 200 } as any },
      { advance: 100 },
      { advance: 100 },
      { send: { type: 'ARM', n: 3, delay: 100 } as any },
      { send: { type: 'ARM', n: 4, delay: 200 } as any },
      { send: { type: 'CANCEL' } },
      { advance: 100 },
      { advance: 100 },
    ],
  },
  {
    name: 'timers of a stopped actor go with it, also those aimed at others',
    features: ['timer.source-stopped'],
    machine: ({ plant }) =>
      setup({
        actors: {
          source: createMachine({
            entry: [
              sendParent({ type: 'UP' }, { delay: 100 }),
              sendTo(({ system }) => system.get('listener'), { type: 'ACROSS' }, { delay: 100 }),
            ],
          }),
          listener,
        },
      }).createMachine({
        context: { notes: [] },
        invoke: { id: 'listener', systemId: 'listener', src: 'listener' },
        initial: 'on',
        states: {
          on: {
            invoke: { id: 'source', src: 'source' },
            on: { LEAVE: plant('timer.source-stopped', 'off', undefined) },
          },
          off: { on: { BACK: 'on' } },
        },
        on: { UP: { actions: note('up') } },
      } as any),
    script: [
      { advance: 50 },
      { send: { type: 'LEAVE' } },
      { advance: 50 },
      { send: { type: 'BACK' } },
      { advance: 60 },
      { advance: 40 },
    ],
  },
  {
    name: 'a timer whose target is gone is dropped',
    features: ['timer.target-stopped'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'on',
        entry: [],
        states: {
          on: {
            invoke: { id: 'target', src: listener },
            on: {
              ARM: { actions: sendTo('target', { type: 'LATE' }, { delay: 100 }) },
              LEAVE: plant('timer.target-stopped', 'off', undefined),
            },
          },
          off: { on: { BACK: 'on' } },
        },
      } as any),
    script: [{ send: { type: 'ARM' } }, { send: { type: 'LEAVE' } }, { advance: 100 }, { send: { type: 'BACK' } }],
  },
  {
    name: 'timers fire in the order of their due times, also when time jumps',
    features: ['timer.order'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        entry: [
          raise({ type: 'C' }, { delay: plant('timer.order', 300, 50) }),
          raise({ type: 'A' }, { delay: 100 }),
          raise({ type: 'B' }, { delay: 200 }),
          raise({ type: 'A2' }, { delay: 100 }),
        ],
        on: { '*': { actions: noteEvent((event) => event.type) } },
      }),
    script: [{ advance: 1000 }],
  },
  {
    name: 'a delayed raise outlives the state that armed it',
    features: ['timer.survives-exit'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            entry: raise({ type: 'LATE' }, { delay: 100, id: 'late' }),
            exit: plant('timer.survives-exit', note('-a'), cancel('late')),
            on: { GO: 'b' },
          },
          b: { on: { LATE: 'c' } },
          c: {},
        },
      }),
    script: [{ send: { type: 'GO' } }, { advance: 99 }, { advance: 1 }],
  },
  {
    name: 'delayed events to a child, a parent and by a named delay arrive when due',
    features: ['send.delay', 'send.delay.named', 'send.parent.delay'],
    machine: ({ plant }) =>
      setup({
        actors: {
          child: createMachine({
            context: { notes: [] },
            on: {
              PING: {
                actions: [note('pinged'), sendParent({ type: 'PONG' }, { delay: plant('send.parent.delay', 30, 300) })],
              },
              NAMED: { actions: note('named') },
            },
          }),
        },
        delays: { soon: plant('send.delay.named', 10, 15) },
      }).createMachine({
        context: { notes: [] },
        invoke: { id: 'child', src: 'child' },
        entry: [
          sendTo('child', { type: 'PING' }, { delay: plant('send.delay', 20, 200) }),
          sendTo('child', { type: 'NAMED' }, { delay: 'soon' }),
        ],
        on: { PONG: { actions: note('pong') } },
      }),
    script: [{ advance: 10 }, { advance: 10 }, { advance: 29 }, { advance: 1 }],
  },
  {
    name: 'a polling loop rearms its timer after each answer',
    features: ['timer.order', 'after.chain'],
    machine: ({ plant }) =>
      createMachine({
        context: { polls: 0 },
        initial: 'waiting',
        states: {
          waiting: { after: { 100: 'polling' } },
          polling: {
            entry: assign({ polls: ({ context }: any) => context.polls + 1 }),
            after: { [plant('after.chain', 10, 90)]: 'waiting' },
            ...plant('timer.order', {}, { always: 'waiting' }),
          },
        },
      }),
    script: [{ advance: 100 }, { advance: 10 }, { advance: 95 }, { advance: 5 }, { advance: 1000 }, { advance: 100 }],
  },
  {
    name: 'a debounced search keeps only the last request',
    features: ['cancel.send'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: { id: 'search', src: listener },
        on: {
          'type.*': {
            actions: [
              ...plant('cancel.send', [cancel('debounce')], []),
              sendTo('search', ({ event }: any) => ({ type: `search.${event.text}` }), { id: 'debounce', delay: 300 }),
            ],
          },
          stop: { actions: stopChild('search') },
          now: { actions: forwardTo('search') },
        },
      } as any),
    script: [
      { send: { type: 'type.a', text: 'a' } as any },
      { advance: 200 },
      { send: { type: 'type.b', text: 'ab' } as any },
      { advance: 200 },
      { send: { type: 'now' } },
      { advance: 100 },
      { send: { type: 'type.c', text: 'abc' } as any },
      { send: { type: 'stop' } },
      { advance: 300 },
    ],
  },
]
