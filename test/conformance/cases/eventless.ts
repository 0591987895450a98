import { assign, createMachine } from 'xstate'
import type { Case } from '../case.ts'
import { note } from './notes.ts'

export const eventless: readonly Case[] = [
  {
    name: 'eventless transitions run through several states in one macrostep',
    features: ['always.basic', 'always.chain', 'always.candidates'],
    machine: ({ plant }) =>
      createMachine({
        context: { score: 0, notes: [] },
        initial: 'playing',
        states: {
          playing: { on: { END: { target: 'judging', actions: assign({ score: ({ event }: any) => event.score }) } } },
          judging: {
            entry: note('judging'),
            always: [
              { guard: ({ context }: any) => context.score > 10, target: 'win' },
              { guard: ({ context }: any) => context.score > 5, target: plant('always.candidates', 'draw', 'loss') },
              { target: 'loss' },
            ],
          },
          win: { entry: note('win'), always: plant('always.chain', 'party', undefined) },
          party: { entry: note('party'), always: 'playing' },
          draw: { entry: note('draw'), ...plant('always.basic', { always: 'playing' }, {}) },
          loss: { on: { AGAIN: 'playing' } },
        },
      } as any),
    script: [
      { send: { type: 'END', score: 20 } as any },
      { send: { type: 'END', score: 7 } as any },
      { send: { type: 'END', score: 1 } as any },
      { send: { type: 'AGAIN' } },
    ],
  },
  {
    name: 'an eventless transition waits for its guard, and a targetless one runs until its guard fails',
    features: ['always.guard', 'always.targetless'],
    machine: ({ plant }) =>
      createMachine({
        context: { count: 0, drained: 0 },
        initial: 'filling',
        states: {
          filling: {
            always: {
              guard: plant(
                'always.guard',
                ({ context }: any) => context.count >= 3,
                ({ context }: any) => context.count >= 2,
              ),
              target: 'draining',
            },
            on: { ADD: { actions: assign({ count: ({ context }: any) => context.count + 1 }) } },
          },
          draining: {
            always: {
              guard: ({ context }: any) => context.drained < plant('always.targetless', 4, 1),
              actions: assign({ drained: ({ context }: any) => context.drained + 1 }),
            },
          },
        },
      } as any),
    script: [{ send: { type: 'ADD' } }, { send: { type: 'ADD' } }, { send: { type: 'ADD' } }],
  },
]
