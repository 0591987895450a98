import { assign, createMachine } from 'xstate'
import type { Case } from '../case.ts'

const set = (value: unknown) => ({ send: { type: 'SET', value } as any })

export const shapes: readonly Case[] = [
  {
    name: 'a value changes its shape from step to step',
    features: ['context.shapes'],
    machine: ({ plant }) =>
      createMachine({
        context: { kept: null, other: { stays: [1, { two: 2 }] } },
        on: {
          SET: {
            actions: assign({ kept: ({ event }: any) => plant('context.shapes', event.value, typeof event.value) }),
          },
        },
      } as any),
    script: [
      set({ a: { b: { c: 1, d: 2 } }, list: [1, 2, 3] }),
      set({ a: { b: { c: 1 } }, list: [1, 2] }),
      set({ a: { b: { c: undefined, e: null } }, list: [] }),
      set({ a: [1, { b: 2 }], list: { 0: 'not', 1: 'a list' } }),
      set([{ a: 1 }, { b: 2 }]),
      set([{ a: 1 }]),
      set({}),
      set([]),
      set(undefined),
      set('text'),
      set({ 'a.b': 1, 'c/d': 2, '': 3, $: 'x', __proto: 1, constructor: 'c', 1: 'one', '~': '~' }),
      set({ 'a.b': 2, 'c/d': 2, $: { $: 'date', v: 5 } }),
      set(new Map([[{ key: 'object' }, new Set([[1, 2]])]])),
      set(new Map([[{ key: 'object' }, new Set([[1, 2, 3]])]])),
      set(new Map<unknown, unknown>([['a', { deep: new Date(1) }]])),
      set({ a: { deep: -0, more: 0 } }),
      set({ a: { deep: 0, more: -0 } }),
      set(null),
    ],
  },
  {
    name: 'keys are deleted, lists shortened and objects changed in place',
    features: ['context.mutated'],
    machine: ({ plant }) =>
      createMachine({
        context: () => ({ temp: 1, list: [1, 2, 3], nested: { a: 1, b: { c: 2 } }, n: 0 }),
        on: {
          DELETE: {
            actions: assign(({ context }: any) => {
              delete context.temp
              delete context.nested.a
              return { n: context.n + 1 }
            }),
          },
          SHORTEN: {
            actions: assign(({ context }: any) => {
              context.list.splice(plant('context.mutated', 1, 0), 1)
              context.nested.b.c += 1
              return {}
            }),
          },
          GROW: {
            actions: ({ context }: any) => {
              context.list.push({ at: context.list.length })
              context.nested.b[`k${context.list.length}`] = true
            },
          },
        },
      } as any),
    script: [
      { send: { type: 'DELETE' } },
      { send: { type: 'SHORTEN' } },
      { send: { type: 'GROW' } },
      { send: { type: 'GROW' } },
      { send: { type: 'SHORTEN' } },
    ],
  },
  {
    name: 'large texts and lists are kept',
    features: ['context.large'],
    machine: ({ plant }) =>
      createMachine({
        context: { text: '', list: [], byKey: {} },
        on: {
          GROW: {
            actions: assign(({ context, event }: any) => ({
              text: context.text + event.letter.repeat(plant('context.large', 50_000, 49_999)),
              list: [...context.list, ...Array.from({ length: 500 }, (_, n) => ({ n, letter: event.letter }))],
              byKey: {
                ...context.byKey,
                ...Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${event.letter}${n}`, { n }])),
              },
            })),
          },
          CHANGE: { actions: assign(({ context }: any) => ({ byKey: { ...context.byKey, a7: { n: 'changed' } } })) },
        },
      } as any),
    script: [
      { send: { type: 'GROW', letter: 'a' } as any },
      { send: { type: 'CHANGE' } },
      { send: { type: 'GROW', letter: '\u{1f600}' } as any },
    ],
  },
]
