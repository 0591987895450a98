import {
  assign,
  createMachine,
  enqueueActions,
  fromPromise,
  fromTransition,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
} from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const listener = createMachine({
  context: { notes: [] },
  on: { '*': { actions: noteEvent((event) => event.type) } },
})
const oddIds = ['a b', 'ü#1', 'x.y', 'a:b', 'constructor', '1']

export const corners: readonly Case[] = [
  {
    name: 'a delay without end never ends, and leaving its state is no trouble',
    features: ['after.infinite'],
    machine: ({ plant }) =>
      setup({ delays: { never: plant('after.infinite', Infinity, 500) } }).createMachine({
        context: { notes: [] },
        entry: raise({ type: 'NEVER' }, { delay: 'never' as any }),
        initial: 'a',
        states: { a: { after: { never: 'b' }, on: { GO: 'c' } }, b: {}, c: { on: { BACK: 'a' } } },
        on: { NEVER: { actions: note('never') } },
      } as any),
    script: [{ advance: 1000 }, { send: { type: 'GO' } }, { send: { type: 'BACK' } }, { advance: 1e9 }],
  },
  {
    name: 'timers of several actors are due at one time, and the first that leaves the state cancels the rest',
    features: ['timer.same-time'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: ['a', 'b'].map((id) => ({
          id,
          src: createMachine({ entry: sendParent({ type: id }, { delay: 100 }) }),
        })),
        initial: 'x',
        states: {
          x: {
            entry: [
              raise({ type: 'one' }, { delay: 100 }),
              raise({ type: 'two' }, { delay: plant('timer.same-time', 100, 99) }),
            ],
            after: { 100: 'y' },
            on: { one: { actions: note('one') }, two: { target: 'z', actions: note('two') } },
          },
          y: {},
          z: {},
        },
        on: { '*': { actions: noteEvent((event) => event.type) } },
      } as any),
    script: [{ advance: 200 }],
  },
  {
    name: 'timers due at one time fire in the order in which they were armed',
    features: ['timer.order'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        on: {
          A: { actions: raise({ type: 'a' }, { delay: 100 }) },
          B: { actions: raise({ type: 'b' }, { delay: plant('timer.order', 50, 49) }) },
          a: { actions: note('a') },
          b: { actions: note('b') },
        },
      }),
    script: [{ send: { type: 'A' } }, { advance: 50 }, { send: { type: 'B' } }, { advance: 50 }],
  },
  {
    name: 'actors have ids with any characters',
    features: ['spawn.odd-ids'],
    machine: ({ plant }) =>
      setup({ actors: { listener } }).createMachine({
        entry: oddIds.map((id) => spawnChild('listener', { id })),
        on: { GO: { actions: oddIds.map((id) => sendTo(id, { type: plant('spawn.odd-ids', 'HI', 'HO') })) } },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'HEY' }, to: 'a b' }],
  },
  {
    name: 'states and events have names with any characters',
    features: ['state.odd-keys'],
    machine: ({ plant }) =>
      createMachine({
        id: 'odd',
        initial: 'constructor',
        states: {
          constructor: { on: { 'go/there now': 'a b' } },
          'a b': {
            initial: 'ü',
            states: { ü: { on: { 'x\u0000y': plant('state.odd-keys', '#odd./', '#odd.constructor') } } },
          },
          '/': {},
        },
      } as any),
    script: [{ send: { type: 'go/there now' } }, { send: { type: 'x\u0000y' } }],
  },
  {
    name: 'onSnapshot follows promises and transition logic',
    features: ['invoke.on-snapshot.logic'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: [
          {
            id: 'promise',
            src: fromPromise(async () => 5),
            onSnapshot: { actions: noteEvent((event) => [event.snapshot.status, event.snapshot.output]) },
          },
          {
            id: 'sum',
            src: fromTransition((sum: number) => sum + plant('invoke.on-snapshot.logic', 1, 2), 0),
            onSnapshot: { actions: noteEvent((event) => event.snapshot.context) },
          },
        ],
        on: { GO: { actions: sendTo('sum', { type: 'ADD' }) } },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'a promise sends to its parent',
    features: ['promise.parent'],
    saysPerAttempt: true,
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'idle',
        states: {
          idle: { on: { GO: 'busy' } },
          busy: {
            invoke: {
              id: 'work',
              src: fromPromise(async ({ self }: any) =>
                self._parent.send({ type: plant('promise.parent', 'UP', 'DOWN') }),
              ),
            },
          },
        },
        on: { UP: { actions: note('up') } },
      }),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'xstate.stop from outside stops the machine without its exit actions',
    features: ['stop.event'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        exit: note('exit'),
        invoke: { id: 'listener', src: listener },
        initial: 'on',
        states: { on: { exit: note('-on'), on: { ...plant('stop.event', {}, { X: 'off' }) } }, off: {} },
        on: { X: { actions: note('x') } },
      } as any),
    script: [{ send: { type: 'X' } }, { send: { type: 'xstate.stop' } }, { send: { type: 'X' } }],
  },
  {
    name: 'a spawn in enqueue.assign can be addressed by the next action',
    features: ['enqueue.assign', 'spawn.assign'],
    machine: ({ plant }) =>
      setup({ actors: { listener } }).createMachine({
        context: { refs: [] },
        on: {
          GO: {
            actions: enqueueActions(({ enqueue }) => {
              enqueue.assign({
                refs: ({ context, spawn }: any) => [
                  ...context.refs,
                  spawn('listener', { id: `${plant('spawn.assign', 'listener', 'hearer')}-${context.refs.length}` }),
                ],
              } as any)
              enqueue.sendTo(({ context }: any) => context.refs.at(-1), {
                type: plant('enqueue.assign', 'HELLO', 'BYE'),
              })
            }),
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'an error keeps its cause, its code and what else it bears',
    features: ['invoke.on-error', 'context.error'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'work',
          src: fromPromise(async () => {
            const error = new Error('outer', { cause: new TypeError(plant('context.error', 'inner', 'other')) })
            throw Object.assign(error, { code: 'E1', extra: { at: new Date(1) } })
          }),
          onError: {
            actions: noteEvent(({ error }) => [
              error,
              error.cause,
              plant('invoke.on-error', error.code, ''),
              error.extra,
            ]),
          },
        },
        on: { CAUSE: { actions: assign({ cause: ({ context }: any) => context.notes[0][0].cause.message }) } },
      } as any),
    script: [{ send: { type: 'CAUSE' } }],
  },
]
