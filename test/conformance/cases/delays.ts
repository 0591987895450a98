import { assign, createMachine, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note } from './notes.ts'

export const delays: readonly Case[] = [
  {
    name: 'delayed transitions wait for a number, a named and a computed delay',
    features: ['after.number', 'after.named', 'after.function'],
    machine: ({ plant }) =>
      setup({
        types: {} as { context: { pause: number } },
        delays: {
          named: plant('after.named', 200, 250),
          computed: ({ context }) => context.pause * plant('after.function', 3, 4),
        },
      }).createMachine({
        context: { pause: 100 },
        initial: 'a',
        states: {
          a: { after: { [plant('after.number', 100, 150)]: 'b' } as any },
          b: { after: { named: { target: 'c', actions: assign({ pause: 50 }) } } },
          c: { after: { computed: 'd' } },
          d: {},
        },
      }),
    script: [{ advance: 99 }, { advance: 1 }, { advance: 200 }, { advance: 149 }, { advance: 1 }],
  },
  {
    name: 'a delay has candidates with guards, and a state several delays',
    features: ['after.guard', 'after.candidates', 'after.several'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [], ready: false },
        initial: 'a',
        states: {
          a: {
            after: {
              100: { guard: ({ context }: any) => plant('after.guard', context.ready, true), target: 'early' },
              200: [
                { guard: ({ context }: any) => context.ready, target: 'ready' },
                { target: plant('after.candidates', 'late', 'ready') },
              ],
              50: { actions: note(plant('after.several', 'halfway', 'other')) },
            },
            on: { READY: { actions: assign({ ready: true }) } },
          },
          early: {},
          ready: { after: { 10: 'a' } },
          late: { on: { AGAIN: 'a' } },
        },
      } as any),
    script: [
      { advance: 100 },
      { advance: 100 },
      { send: { type: 'AGAIN' } },
      { advance: 120 },
      { send: { type: 'READY' } },
      { advance: 80 },
      { advance: 10 },
      { advance: 100 },
    ],
  },
  {
    name: 'leaving a state cancels its delays, reentering starts them again',
    features: ['after.cancelled', 'after.restarted'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            after: { 100: { target: 'b', actions: note('timeout') } },
            on: {
              LEAVE: plant('after.cancelled', 'away', undefined),
              RESTART: { target: 'a', reenter: plant('after.restarted', true, false) },
            },
          },
          b: { on: { BACK: 'a' } },
          away: { on: { BACK: 'a' } },
        },
      } as any),
    script: [
      { advance: 60 },
      { send: { type: 'LEAVE' } },
      { advance: 60 },
      { send: { type: 'BACK' } },
      { advance: 60 },
      { send: { type: 'RESTART' } },
      { advance: 60 },
      { advance: 40 },
    ],
  },
  {
    name: 'delays of parallel regions run side by side, also in a child',
    features: ['after.parallel', 'after.child'],
    machine: ({ plant }) =>
      createMachine({
        type: 'parallel',
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            initial: 'a',
            states: { a: { after: { [plant('after.child', 150, 50)]: 'b' } }, b: {} },
          }),
        },
        states: {
          fast: { initial: 'a', states: { a: { after: { 100: 'b' } }, b: { after: { 100: 'a' } } } },
          slow: { initial: 'a', states: { a: { after: { [plant('after.parallel', 200, 100)]: 'b' } }, b: {} } },
        },
      }),
    script: [{ advance: 100 }, { advance: 50 }, { advance: 50 }, { advance: 100 }],
  },
  {
    name: 'a delay that is zero in one state and a chain of delays follow each other',
    features: ['after.chain', 'after.zero'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: { after: { [plant('after.zero', 0, 1)]: 'b' } },
          b: { after: { 100: 'c' } },
          c: { after: { [plant('after.chain', 100, 200)]: 'd' } },
          d: {},
        },
      }),
    script: [{ advance: 100 }, { advance: 99 }, { advance: 1 }],
  },
]
