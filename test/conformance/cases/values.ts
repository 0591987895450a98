import { assign, createMachine, raise, sendParent, sendTo } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const keep = assign({ kept: ({ event }: any) => event.value })
const show = (name: string, read: (kept: any) => unknown) =>
  assign({ [name]: ({ context }: any) => read(context.kept) })

export const values: readonly Case[] = [
  {
    name: 'the context is an object, a function, or computed from input',
    features: ['context.static', 'context.factory', 'context.input'],
    machine: ({ plant }) =>
      createMachine({
        context: { fixed: plant('context.static', 1, 2) },
        invoke: [
          { id: 'factory', src: createMachine({ context: () => ({ made: plant('context.factory', ['new'], []) }) }) },
          {
            id: 'input',
            src: createMachine({ context: ({ input }: any) => ({ given: plant('context.input', input, null) }) }),
            input: { a: { b: 1 } },
          },
          { id: 'without', src: createMachine({ context: ({ input }: any) => ({ given: input }) }) },
        ],
      } as any),
    script: [{ send: { type: 'NOISE' } }],
  },
  {
    name: 'initial actions see xstate.init with the input of the root',
    features: ['event.init', 'input.values'],
    machine: ({ plant }) =>
      createMachine({
        context: ({ input }: any) => ({ input, notes: [] }),
        entry: noteEvent((event) => [event.type, plant('event.init', event.input, null)]),
        on: {
          AGE: {
            actions: assign({
              year: ({ context }: any) => context.input.born.getFullYear() + plant('input.values', 0, 1),
            }),
          },
        },
      } as any),
    input: () => ({ born: new Date(Date.UTC(1999, 5, 5)), tags: new Set(['a']), missing: undefined, big: 2n ** 70n }),
    script: [{ send: { type: 'AGE' } }],
  },
  {
    name: 'undefined is kept apart from absent',
    features: ['context.undefined'],
    machine: ({ plant }) =>
      createMachine({
        context: { known: undefined, list: [1, undefined, 3], nested: { gone: undefined } },
        on: {
          LOOK: {
            actions: assign(({ context }: any) => ({
              hasKnown: 'known' in context,
              hasOther: 'other' in context,
              hasGone: 'gone' in context.nested,
            })),
          },
          CLEAR: { actions: assign({ cleared: plant('context.undefined', undefined, null) }) },
          LOOK_AGAIN: { actions: assign(({ context }: any) => ({ keys: Object.keys(context) })) },
        },
      } as any),
    script: [{ send: { type: 'LOOK' } }, { send: { type: 'CLEAR' } }, { send: { type: 'LOOK_AGAIN' } }],
  },
  {
    name: 'dates stay dates',
    features: ['context.date'],
    machine: ({ plant }) =>
      createMachine({
        context: { kept: new Date(plant('context.date', 86_400_000, 0)) },
        on: {
          LATER: {
            actions: [
              assign({ kept: ({ context }: any) => new Date(context.kept.getTime() + 1) }),
              show('year', (date) => date.getUTCFullYear()),
            ],
          },
        },
      } as any),
    script: [{ send: { type: 'LATER' } }, { send: { type: 'LATER' } }],
  },
  {
    name: 'maps and sets keep their entries, also when they are changed in place',
    features: ['context.map', 'context.set'],
    machine: ({ plant }) =>
      createMachine({
        context: () => ({
          map: new Map<unknown, unknown>([
            ['a', 1],
            [2, new Map([['x', new Date(0)]])],
          ]),
          set: new Set([1, 'two']),
        }),
        on: {
          ADD: {
            actions: assign(({ context, event }: any) => {
              context.map.set(event.key, plant('context.map', context.map.size, 0))
              return { set: new Set([...context.set, plant('context.set', event.key, 'x')]) }
            }),
          },
          DROP: {
            actions: assign({
              map: ({ context, event }: any) => new Map([...context.map].filter(([key]) => key !== event.key)),
            }),
          },
        },
      } as any),
    script: [
      { send: { type: 'ADD', key: 'b' } as any },
      { send: { type: 'ADD', key: 'c' } as any },
      { send: { type: 'DROP', key: 'a' } as any },
    ],
  },
  {
    name: 'numbers that JSON does not know stay what they are',
    features: ['context.bigint', 'context.number'],
    machine: ({ plant }) =>
      createMachine({
        context: { big: 2n ** 80n, nan: Number.NaN, up: Infinity, down: -Infinity, zero: -0 },
        on: {
          MORE: {
            actions: assign(({ context }: any) => ({
              big: context.big * plant('context.bigint', 3n, 2n),
              isNan: Number.isNaN(context.nan),
              sum: context.up + plant('context.number', context.up, context.down),
            })),
          },
        },
      } as any),
    script: [{ send: { type: 'MORE' } }, { send: { type: 'MORE' } }],
  },
  {
    name: 'errors keep name and message, in context, in events and nested',
    features: ['context.error'],
    machine: ({ plant }) =>
      createMachine({
        context: { kept: new RangeError('first'), list: [{ error: new Error('nested') }] },
        on: {
          KEEP: {
            actions: [keep, show('text', (error) => `${error.name}: ${plant('context.error', error.message, '')}`)],
          },
          LOOK: { actions: show('isError', (error) => error instanceof Error) },
        },
      } as any),
    script: [
      { send: { type: 'LOOK' } },
      { send: { type: 'KEEP', value: new TypeError('second') } as any },
      { send: { type: 'LOOK' } },
    ],
  },
  {
    name: 'rich values nest in each other',
    features: ['context.nested'],
    machine: ({ plant }) =>
      createMachine({
        context: {
          kept: {
            list: [new Map([['when', [new Date(5), undefined]]]), new Set([new Map(), 7n])],
            $: 'a key of its own',
            xstate$$type: 'not a reference',
            text: 'null \u0000, a lone surrogate \ud800, an emoji \u{1f600}',
            deep: { deep: { deep: [[[Number.NaN]]] } },
          },
        },
        on: {
          TOUCH: {
            actions: assign({
              kept: ({ context }: any) => ({
                ...context.kept,
                list: [...context.kept.list, plant('context.nested', 1, 2)],
              }),
            }),
          },
        },
      } as any),
    script: [{ send: { type: 'TOUCH' } }, { send: { type: 'TOUCH' } }],
  },
  {
    name: 'events between actors, raised and delayed, carry rich values, and so do outputs',
    features: ['event.values', 'output.values'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            context: { kept: null },
            initial: 'on',
            states: {
              on: {
                on: {
                  KEEP: { actions: [keep, sendParent(({ event }: any) => ({ type: 'BACK', value: event.value }))] },
                  END: 'off',
                },
              },
              off: { type: 'final' },
            },
            output: ({ context }: any) => new Map([['kept', plant('output.values', context.kept, null)]]),
          } as any),
          onDone: { actions: noteEvent((event) => event.output.get('kept')) },
        },
        on: {
          PUT: {
            actions: [
              sendTo('child', ({ event }: any) => ({ type: 'KEEP', value: event.value })),
              raise(({ event }: any) => ({ type: 'BACK', value: event.value }), { delay: 100 }),
            ],
          },
          BACK: { actions: noteEvent((event) => plant('event.values', event.value, 'lost')) },
          END: { actions: sendTo('child', { type: 'END' }) },
        },
      } as any),
    script: [
      { send: { type: 'PUT', value: new Map([['at', new Date(9)]]) } as any },
      { advance: 100 },
      { send: { type: 'PUT', value: [undefined, 1n, new Set([Number.NaN])] } as any },
      { send: { type: 'END' } },
      { advance: 100 },
    ],
  },
  {
    name: 'a machine without context has an empty one, and keys can be added',
    features: ['context.static'],
    machine: ({ plant }) =>
      createMachine({
        on: { ADD: { actions: [assign({ added: plant('context.static', true, false) }), note('added')] } },
      } as any),
    script: [{ send: { type: 'ADD' } }],
  },
]
