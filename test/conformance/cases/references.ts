import { assign, createMachine, sendParent, sendTo, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const counter = createMachine({
  context: { n: 0 },
  initial: 'low',
  states: {
    low: {
      tags: 'small',
      on: { INC: { actions: assign({ n: ({ context }: any) => context.n + 1 }) }, UP: 'high' },
      meta: { level: 1 },
    },
    high: { tags: 'large' },
  },
} as any)

export const references: readonly Case[] = [
  {
    name: 'a machine keeps references to itself, its parent and its sibling',
    features: ['reference.parent'],
    machine: ({ plant }) =>
      setup({
        actors: {
          counter,
          child: createMachine({
            context: ({ self, input }: any) => ({
              self,
              parent: plant('reference.parent', input.parent, null),
              sibling: input.sibling,
            }),
            on: {
              UP: {
                actions: sendTo(
                  ({ context, self }: any) => context.parent ?? self,
                  ({ self }) => ({ type: 'HELLO', from: self.id }),
                ),
              },
              ACROSS: { actions: sendTo(({ context }: any) => context.sibling, { type: 'INC' }) },
              OWN: { actions: sendTo(({ context }: any) => context.self, { type: 'ACROSS' }) },
            },
          } as any),
        },
      }).createMachine({
        context: ({ spawn, self }: any) => {
          const sibling = spawn('counter', { id: 'sibling' })
          return { child: spawn('child', { id: 'child', input: { parent: self, sibling } }), notes: [] }
        },
        on: { HELLO: { actions: noteEvent((event) => event.from) } },
      } as any),
    script: [
      { send: { type: 'UP' }, to: 'child' },
      { send: { type: 'ACROSS' }, to: 'child' },
      { send: { type: 'OWN' }, to: 'child' },
    ],
  },
  {
    name: 'a child hands a reference over in its output',
    features: ['reference.output'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: ({ spawn }: any) => ({ target: spawn('counter', { id: 'target' }), given: null }),
        invoke: {
          id: 'messenger',
          src: createMachine({
            context: ({ input }: any) => ({ target: input.target }),
            initial: 'on',
            states: { on: { on: { END: 'off' } }, off: { type: 'final' } },
            output: ({ context }: any) => ({ target: plant('reference.output', context.target, null) }),
          } as any),
          input: ({ context }: any) => ({ target: context.target }),
          onDone: { actions: assign({ given: ({ event }: any) => event.output.target }) },
        },
        on: { INC: { actions: sendTo(({ context, self }: any) => context.given ?? self, { type: 'UP' }) } },
      } as any),
    script: [{ send: { type: 'END' }, to: 'messenger' }, { send: { type: 'INC' } }],
  },
  {
    name: "a reference reads another actor's snapshot, its tags, its matches and what it can do",
    features: ['reference.snapshot'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: ({ spawn }: any) => ({ ref: spawn('counter', { id: 'counter' }), notes: [] }),
        on: {
          LOOK: {
            actions: assign(({ context }: any) => {
              const snapshot = context.ref.getSnapshot()
              return {
                notes: [
                  ...context.notes,
                  {
                    n: plant('reference.snapshot', snapshot.context.n, 0),
                    value: snapshot.value,
                    status: snapshot.status,
                    small: snapshot.hasTag('small'),
                    low: snapshot.matches('low'),
                    can: snapshot.can({ type: 'UP' }),
                    meta: snapshot.getMeta(),
                  },
                ],
              }
            }),
          },
        },
      } as any),
    script: [
      { send: { type: 'LOOK' } },
      { send: { type: 'INC' }, to: 'counter' },
      { send: { type: 'LOOK' } },
      { send: { type: 'UP' }, to: 'counter' },
      { send: { type: 'LOOK' } },
    ],
  },
  {
    name: 'actors of different depth find each other by system id',
    features: ['system.get', 'send.system-id'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: [
          {
            id: 'branch',
            src: createMachine({
              invoke: {
                id: 'leaf',
                systemId: 'leaf',
                src: createMachine({
                  on: {
                    ASK: {
                      actions: sendTo(({ system }) => system.get(plant('send.system-id', 'office', 'leaf')), {
                        type: 'QUESTION',
                      }),
                    },
                  },
                }),
              },
            }),
          },
          {
            id: 'office',
            systemId: 'office',
            src: createMachine({
              on: { QUESTION: { actions: sendParent({ type: plant('system.get', 'ASKED', 'NONE') }) } },
            }),
          },
        ],
        on: {
          ASKED: { actions: note('asked') },
          ASK: { actions: sendTo(({ system }) => system.get('leaf'), { type: 'ASK' }) },
        },
      } as any),
    script: [{ send: { type: 'ASK' } }, { send: { type: 'ASK' }, to: 'branch/leaf' }],
  },
]
