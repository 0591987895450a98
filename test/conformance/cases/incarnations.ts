import { assign, createMachine, sendParent, sendTo } from 'xstate'
import type { Case } from '../case.ts'
import { note } from './notes.ts'

const counter = createMachine({
  context: ({ input }: any) => ({ n: input?.from ?? 0 }),
  initial: 'counting',
  states: {
    counting: { on: { INC: { actions: assign({ n: ({ context }: any) => context.n + 1 }) }, STOP: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }: any) => ({ total: context.n }),
} as any)

export const incarnations: readonly Case[] = [
  {
    name: 'leaving the state stops the invoked actor, coming back makes a new one',
    features: ['invoke.stopped', 'invoke.incarnation', 'invoke.system-id', 'system.freed'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'on',
        states: {
          on: {
            invoke: { id: 'counter', systemId: plant('invoke.system-id', 'count', 'other'), src: counter },
            on: {
              OFF: plant('invoke.stopped', 'off', undefined),
              AGAIN: { target: 'on', reenter: plant('invoke.incarnation', true, false) },
              HIT: { actions: sendTo(({ system }) => system.get('count'), { type: 'INC' }) },
            },
          },
          off: {
            invoke: { id: 'second', systemId: plant('system.freed', 'count', 'else'), src: counter },
            on: { ON: 'on', HIT: { actions: sendTo(({ system }) => system.get('count'), { type: 'INC' }) } },
          },
        },
      } as any),
    script: [
      { send: { type: 'HIT' } },
      { send: { type: 'AGAIN' } },
      { send: { type: 'HIT' } },
      { send: { type: 'HIT' } },
      { send: { type: 'OFF' } },
      { send: { type: 'HIT' } },
      { send: { type: 'ON' } },
    ],
  },
  {
    name: 'a reentered state keeps the system id of its actor',
    features: ['system.reentered'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'on',
        states: {
          on: {
            invoke: { id: 'kid', systemId: 'kid', src: counter },
            on: {
              AGAIN: { target: 'on', reenter: plant('system.reentered', true, false) },
              HIT: { actions: sendTo(({ system }) => system.get('kid'), { type: 'INC' }) },
            },
          },
        },
      } as any),
    script: [{ send: { type: 'HIT' } }, { send: { type: 'AGAIN' } }, { send: { type: 'HIT' } }],
  },
  {
    name: 'an actor whose state is left in the same step never starts',
    features: ['invoke.never-started'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: { on: { GO: 'through' } },
          through: {
            invoke: {
              id: 'brief',
              src: createMachine({ entry: [() => record('started'), sendParent({ type: 'STARTED' })] }),
            },
            ...plant('invoke.never-started', { always: 'b' }, { on: { STARTED: 'b' } }),
          },
          b: {},
        },
        on: { STARTED: { actions: note('started') } },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'a done child stays until its state is left, and regions invoke side by side',
    features: ['invoke.done-stays', 'invoke.parallel'],
    machine: ({ plant }) =>
      createMachine({
        type: 'parallel',
        states: {
          a: {
            initial: 'on',
            states: {
              on: {
                invoke: { id: 'a', src: counter, onDone: plant('invoke.done-stays', undefined, 'off') },
                on: { LEAVE: 'off' },
              },
              off: {},
            },
          },
          b: { invoke: { id: plant('invoke.parallel', 'b', 'bb'), src: counter, input: { from: 5 } } },
        },
      } as any),
    script: [
      { send: { type: 'INC' }, to: 'a' },
      { send: { type: 'STOP' }, to: 'a' },
      { send: { type: 'NOISE' } },
      { send: { type: 'LEAVE' } },
    ],
  },
]
