import { assign, createMachine, raise, sendParent, sendTo } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const explode = (message: string) => (): any => {
  throw new Error(message)
}

export const supervision: readonly Case[] = [
  {
    name: 'an error nobody takes fails the parent and stops its other children',
    features: ['error.child.unhandled', 'error.child.deep'],
    machine: ({ plant }) => {
      const bad = createMachine({ on: { BREAK: { actions: explode('broken') } } })
      const middle = createMachine({
        invoke: [
          { id: 'bad', src: bad, ...plant('error.child.deep', {}, { onError: { actions: note('taken') } }) },
          { id: 'other', src: createMachine({}) },
        ],
      } as any)
      return createMachine({
        context: { notes: [] },
        initial: 'on',
        states: { on: { on: { NEXT: 'next' } }, next: {} },
        invoke: [
          { id: 'middle', src: middle, ...plant('error.child.unhandled', {}, { onError: { actions: note('taken') } }) },
          { id: 'sister', src: createMachine({}) },
        ],
      } as any)
    },
    script: [{ send: { type: 'BREAK' }, to: 'middle/bad' }, { send: { type: 'NEXT' } }],
  },
  {
    name: 'a grandparent takes an error that climbed to it',
    features: ['error.child.deep', 'error.event'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'middle',
          src: createMachine({
            invoke: { id: 'bad', src: createMachine({ on: { BREAK: { actions: explode('deep') } } }) },
            on: { ...plant('error.child.deep', {}, { 'xstate.error.actor.bad': {} }) },
          } as any),
        },
        on: {
          [plant('error.event', 'xstate.error.actor.middle', 'xstate.error.actor.*.other')]: {
            actions: noteEvent((event) => [event.actorId, event.error.message]),
          },
        },
      } as any),
    script: [{ send: { type: 'BREAK' }, to: 'middle/bad' }, { send: { type: 'NOISE' } }],
  },
  {
    name: 'a wildcard takes the error of a child',
    features: ['error.child.wildcard'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: { id: 'bad', src: createMachine({ on: { BREAK: { actions: explode('wild') } } }) },
        on: { [plant('error.child.wildcard', '*', 'other')]: { actions: noteEvent((event) => event.type) } },
      } as any),
    script: [{ send: { type: 'BREAK' }, to: 'bad' }, { send: { type: 'NOISE' } }],
  },
  {
    name: 'what is thrown need not be an Error',
    features: ['error.not-an-error'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: ['text', { code: 7, at: [1, new Date(0)] }, null, undefined].map((thrown, index) => ({
          id: `bad-${index}`,
          src: createMachine({
            on: {
              BREAK: {
                actions: () => {
                  throw plant('error.not-an-error', thrown, new Error('wrapped'))
                },
              },
            },
          } as any),
          onError: { actions: noteEvent((event) => [event.error]) },
        })),
      } as any),
    script: [0, 1, 2, 3].map((index) => ({ send: { type: 'BREAK' }, to: `bad-${index}` })),
  },
  {
    name: 'children of a machine that threw live on',
    features: ['error.orphans'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'middle',
          src: createMachine({
            context: { notes: [] },
            invoke: {
              id: 'leaf',
              systemId: 'leaf',
              src: createMachine({
                context: { notes: [] },
                on: { HI: { actions: note(plant('error.orphans', 'alive', 'dead')) } },
              }),
            },
            on: { BREAK: { actions: explode('middle') } },
          } as any),
          onError: { actions: note('taken') },
        },
        on: { HI: { actions: sendTo(({ system, self }) => system.get('leaf') ?? self, { type: 'HI' }) } },
      } as any),
    script: [{ send: { type: 'HI' } }, { send: { type: 'BREAK' }, to: 'middle' }, { send: { type: 'HI' } }],
  },
  {
    name: 'a machine that threw loses its timers and its delayed sends',
    features: ['error.timers'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'bad',
          src: createMachine({
            entry: [raise({ type: 'OWN' }, { delay: 100 }), sendParent({ type: 'LATE' }, { delay: 100 })],
            on: { BREAK: { actions: plant('error.timers', explode('bad'), () => {}) } },
          } as any),
          onError: { actions: note('taken') },
        },
        on: { LATE: { actions: note('late') } },
      } as any),
    script: [{ advance: 50 }, { send: { type: 'BREAK' }, to: 'bad' }, { advance: 100 }],
  },
  {
    name: 'an endless chain of eventless transitions is stopped at maxIterations',
    features: ['error.max-iterations'],
    machine: ({ plant }) =>
      createMachine({
        id: 'endless',
        context: { n: 0 },
        initial: 'a',
        states: {
          a: { on: { GO: 'b' } },
          b: { always: 'c', entry: assign({ n: ({ context }: any) => context.n + 1 }) },
          c: {
            always: { guard: ({ context }: any) => context.n < plant('error.max-iterations', 1e9, 3), target: 'b' },
          },
        },
        options: { maxIterations: 30 },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
]
