import { and, assign, createMachine, not, or, setup, stateIn } from 'xstate'
import type { Case } from '../case.ts'
import { note } from './notes.ts'

const sized = (size: number) => ({ send: { type: 'PUT', size } as any })

export const guards: readonly Case[] = [
  {
    name: 'inline and named guards read context and event',
    features: ['guard.inline', 'guard.named'],
    machine: ({ plant }) =>
      setup({
        types: {} as { context: { limit: number; notes: string[] }; events: { type: 'PUT'; size: number } },
        guards: {
          fits: plant(
            'guard.named',
            ({ context, event }: any) => event.size <= context.limit,
            ({ context, event }: any) => event.size > context.limit,
          ),
        },
      }).createMachine({
        context: { limit: 10, notes: [] },
        on: {
          PUT: [
            { guard: ({ event }) => event.size < plant('guard.inline', 0, 10), actions: note('negative') },
            { guard: 'fits', actions: note('fits') },
            { actions: note('too large') },
          ],
        },
      }),
    script: [sized(-1), sized(5), sized(50)],
  },
  {
    name: 'guards take static and dynamic parameters',
    features: ['guard.params', 'guard.params.dynamic'],
    machine: ({ plant }) =>
      setup({
        types: {} as { context: { limit: number; notes: string[] }; events: { type: 'PUT'; size: number } },
        guards: { atLeast: (_, params: { size: number; limit: number }) => params.size >= params.limit },
      }).createMachine({
        context: { limit: 10, notes: [] },
        on: {
          PUT: [
            {
              guard: {
                type: 'atLeast',
                params: plant('guard.params', { size: 1, limit: 2 }, { size: 2, limit: 1 }),
              },
              actions: note('never'),
            },
            {
              guard: {
                type: 'atLeast',
                params: ({ context, event }) => ({
                  size: event.size,
                  limit: plant('guard.params.dynamic', 1, 5) * context.limit,
                }),
              },
              actions: [note('large'), assign({ limit: ({ context }) => context.limit * 2 })],
            },
            { actions: note('small') },
          ],
        },
      }),
    script: [sized(9), sized(12), sized(12), sized(25)],
  },
  {
    name: 'guards combine with and, or and not, nested and by name',
    features: ['guard.and', 'guard.or', 'guard.not', 'guard.composed'],
    machine: ({ plant }) => {
      const even = ({ event }: any) => event.size % 2 === 0
      return setup({
        types: {} as { context: { notes: string[] }; events: { type: 'PUT'; size: number } },
        guards: {
          even,
          large: ({ event }) => event.size > 10,
          evenAndLarge: plant('guard.composed', and, or)([even as any, ({ event }: any) => event.size > 10]),
        },
      }).createMachine({
        context: { notes: [] },
        on: {
          PUT: [
            { guard: 'evenAndLarge', actions: note('even and large') },
            { guard: plant('guard.and', and, or)(['even', not('large')]), actions: note('even but small') },
            {
              guard: and([plant('guard.not', not, (guard: any) => guard)('even' as any), 'large' as any]),
              actions: note('odd and large'),
            },
            {
              guard: plant('guard.or', or, and)(['even' as any, ({ event }: any) => event.size === 3]),
              actions: note('three'),
            },
            { actions: note('odd and small') },
          ],
        },
      } as any)
    },
    script: [sized(12), sized(4), sized(13), sized(3), sized(5)],
  },
  {
    name: 'stateIn looks at another region by value and by id',
    features: ['guard.state-in.value', 'guard.state-in.id'],
    machine: ({ plant }) =>
      createMachine({
        type: 'parallel',
        states: {
          door: {
            initial: 'closed',
            states: {
              closed: {
                on: {
                  OPEN: {
                    guard: stateIn({ lock: plant('guard.state-in.value', 'unlocked', 'locked') }),
                    target: 'open',
                  },
                },
              },
              open: { on: { CLOSE: 'closed' } },
            },
          },
          lock: {
            initial: 'locked',
            states: {
              locked: { id: 'locked', on: { UNLOCK: 'unlocked' } },
              unlocked: {
                id: 'unlocked',
                on: {
                  LOCK: { guard: not(stateIn(plant('guard.state-in.id', '#shut', '#unlocked'))), target: 'locked' },
                },
              },
            },
          },
          alarm: { initial: 'off', states: { off: { id: 'shut', on: { ARM: 'on' } }, on: {} } },
        },
      }),
    script: [
      { send: { type: 'OPEN' } },
      { send: { type: 'UNLOCK' } },
      { send: { type: 'OPEN' } },
      { send: { type: 'LOCK' } },
      { send: { type: 'ARM' } },
      { send: { type: 'LOCK' } },
    ],
  },
]
