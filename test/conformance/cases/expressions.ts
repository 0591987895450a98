import {
  assign,
  cancel,
  createMachine,
  emit,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const explode = (message: string) => (): any => {
  throw new Error(message)
}

const actions: Record<string, (expression: any) => any> = {
  raise: (expression) => raise(expression),
  'raise delay': (expression) => raise({ type: 'X' }, { delay: expression }),
  'sendTo target': (expression) => sendTo(expression, { type: 'X' }),
  'sendTo event': (expression) => sendTo(({ self }: any) => self, expression),
  emit: (expression) => emit(expression),
  log: (expression) => log(expression),
  cancel: (expression) => cancel(expression),
  stopChild: (expression) => stopChild(expression),
  'spawnChild id': (expression) => spawnChild('kid', { id: expression }),
  'spawnChild input': (expression) => spawnChild('kid', { id: 'kid', input: expression }),
}

export const expressions: readonly Case[] = [
  ...Object.entries(actions).map(([name, action]): Case => ({
    name: `${name}: an expression that throws fails the machine before the transition`,
    features: ['error.expression'],
    machine: ({ plant }) =>
      setup({ actors: { kid: createMachine({}) } }).createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: {
                target: 'b',
                actions: [note('going'), plant('error.expression', action(explode(name)), note('fine'))],
              },
            },
          },
          b: {},
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  })),
  {
    name: 'a guard of an eventless transition that throws fails the machine',
    features: ['error.always'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'a',
        states: {
          a: { on: { GO: 'b' } },
          b: { always: { guard: plant('error.always', explode('always'), () => true) as any, target: 'c' } },
          c: {},
        },
      }),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: "an event of type '*' fails the machine",
    features: ['error.wildcard-event'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            on: { GO: { actions: sendTo(({ self }) => self, { type: plant('error.wildcard-event', '*', 'a') }) } },
          }),
          onError: { actions: noteEvent((event) => event.error.message) },
        },
      } as any),
    script: [{ send: { type: 'GO' }, to: 'child' }],
  },
  {
    name: 'transition logic that throws tells its parent',
    features: ['transition-logic.throws'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'sum',
          src: fromTransition((sum: number, event: any) => {
            if (event.n > plant('transition-logic.throws', 10, 100)) throw new RangeError('too much')
            return sum + event.n
          }, 0),
          onError: { actions: noteEvent((event) => [event.actorId, event.error]) },
        },
      } as any),
    script: [
      { send: { type: 'ADD', n: 5 } as any, to: 'sum' },
      { send: { type: 'ADD', n: 50 } as any, to: 'sum' },
      { send: { type: 'ADD', n: 5 } as any, to: 'sum' },
    ],
  },
  {
    name: 'actor logic written by hand runs until it says that it is done',
    features: ['logic.custom'],
    machine: ({ plant }) => {
      const countdown = {
        getInitialSnapshot: (_: unknown, input: any) => ({
          status: 'active',
          output: undefined,
          error: undefined,
          left: input.from,
        }),
        transition: (snapshot: any, event: any) => {
          if (event.type !== 'TICK') return snapshot
          const left = snapshot.left - 1
          return left > 0
            ? { ...snapshot, left }
            : { ...snapshot, left, status: 'done', output: plant('logic.custom', 'lift-off', 'x') }
        },
        getPersistedSnapshot: (snapshot: any) => snapshot,
      }
      return setup({ actors: { countdown: countdown as any } }).createMachine({
        context: { notes: [] },
        invoke: {
          id: 'countdown',
          src: 'countdown',
          input: { from: 3 },
          onDone: { actions: noteEvent((event) => event.output) },
        },
        on: { TICK: { actions: sendTo('countdown', { type: 'TICK' }) } },
      } as any)
    },
    script: [
      { send: { type: 'TICK' } },
      { send: { type: 'TICK' } },
      { send: { type: 'TICK' } },
      { send: { type: 'NOISE' } },
    ],
  },
  {
    name: 'a child that speaks and then throws is heard and failed',
    features: ['error.action.voids', 'error.child.on-error'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            context: { n: 0 },
            on: {
              GO: {
                actions: [
                  assign({ n: 1 }),
                  sendParent({ type: 'SAID' }),
                  () => record('acted'),
                  plant('error.action.voids', explode('then'), () => {}),
                ],
              },
            },
          } as any),
          onError: { actions: note(plant('error.child.on-error', 'failed', 'fine')) },
        },
        on: { SAID: { actions: note('said') } },
      } as any),
    script: [{ send: { type: 'GO' }, to: 'child' }, { send: { type: 'NOISE' } }],
  },
  {
    name: 'a child whose first action throws tells its parent at once',
    features: ['error.entry.initial', 'error.child.on-error'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            entry: [sendParent({ type: 'SAID' }), plant('error.entry.initial', explode('entry'), () => {})],
            invoke: { id: 'leaf', src: createMachine({}) },
          } as any),
          onError: { actions: note(plant('error.child.on-error', 'failed', 'fine')) },
        },
        on: { SAID: { actions: note('said') } },
      } as any),
    script: [{ send: { type: 'NOISE' } }],
  },
]
