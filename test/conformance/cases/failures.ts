import { assign, createMachine, emit, sendTo, setup, spawnChild } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const explode = (message: string) => (): any => {
  throw new Error(message)
}

export const failures: readonly Case[] = [
  {
    name: 'a guard that throws fails the machine in the state it had',
    features: ['error.guard'],
    machine: ({ plant }) =>
      createMachine({
        id: 'guarded',
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: { guard: plant('error.guard', explode('guard'), () => true) as any, target: 'b' },
              SET: { actions: note('set') },
            },
          },
          b: {},
        },
      } as any),
    script: [{ send: { type: 'SET' } }, { send: { type: 'GO' } }, { send: { type: 'SET' } }],
  },
  {
    name: 'an assigner that throws fails the machine and keeps the context before',
    features: ['error.assign'],
    machine: ({ plant }) =>
      createMachine({
        context: { n: 1 },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: {
                target: 'b',
                actions: [assign({ n: 2 }), assign({ n: plant('error.assign', explode('assigner'), () => 3) })],
              },
            },
          },
          b: {},
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'an action that throws voids its transition and all it would have sent',
    features: ['error.action', 'error.action.voids'],
    machine: ({ plant, record }) =>
      createMachine({
        context: { n: 1 },
        invoke: {
          id: 'listener',
          src: createMachine({ context: { notes: [] }, on: { '*': { actions: note('heard') } } }),
        },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: {
                target: 'b',
                actions: [
                  assign({ n: 2 }),
                  sendTo('listener', { type: 'HELLO' }),
                  emit({ type: 'going' }),
                  () => record('before'),
                  plant('error.action', explode('action'), () => {}) as any,
                  () => record('after'),
                ],
              },
              SEND: {
                actions: [
                  sendTo('listener', { type: 'HELLO' }),
                  ...plant('error.action.voids', [], [emit({ type: 'sent' })]),
                ],
              },
            },
          },
          b: {},
        },
      } as any),
    script: [{ send: { type: 'SEND' } }, { send: { type: 'GO' } }, { send: { type: 'SEND' } }],
  },
  {
    name: 'an initial entry action that throws fails the machine in its initial state',
    features: ['error.entry.initial'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: { a: { entry: [note('+a'), plant('error.entry.initial', explode('entry'), () => {}) as any] } },
      } as any),
    script: [{ send: { type: 'NOISE' } }],
  },
  {
    name: 'a context factory that throws fails the child and its parent takes the error',
    features: ['error.context', 'error.child.on-error'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            invoke: {
              id: 'child',
              src: createMachine({
                context: plant('error.context', explode('factory'), () => ({ fine: true })) as any,
              }),
              onError: {
                target: plant('error.child.on-error', 'b', undefined),
                actions: noteEvent((event) => event.error.message),
              },
            },
          },
          b: {},
        },
      } as any),
    script: [],
  },
  {
    name: 'a root whose context factory throws is failed from the start',
    features: ['error.context'],
    machine: ({ plant }) =>
      createMachine({ context: plant('error.context', explode('factory'), () => ({ n: 1 })) as any }),
    script: [],
  },
  {
    name: 'input mappers, delays and outputs that throw fail the machine',
    features: ['error.input'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'a',
        states: {
          a: { on: { GO: 'b' } },
          b: {
            invoke: {
              id: 'child',
              src: createMachine({}),
              input: plant('error.input', explode('input'), () => 1) as any,
            },
          },
        },
      }),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'a delay that throws fails the machine',
    features: ['error.delay'],
    machine: ({ plant }) =>
      setup({ delays: { wrong: plant('error.delay', explode('delay'), () => 10) as any } }).createMachine({
        initial: 'a',
        states: { a: { on: { GO: 'b' } }, b: { after: { wrong: 'a' } } },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'an output that throws fails the machine instead of finishing it',
    features: ['error.output'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'a',
        states: { a: { on: { GO: 'b' } }, b: { type: 'final' } },
        output: plant('error.output', explode('output'), () => 'fine') as any,
      }),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'sendTo an unknown id fails the sender',
    features: ['error.send-target'],
    machine: ({ plant }) =>
      createMachine({
        id: 'sender',
        context: { notes: [] },
        on: {
          GO: {
            actions: [note('going'), plant('error.send-target', sendTo('nobody', { type: 'HI' }), note('gone')) as any],
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'a guard without implementation fails the machine when it is asked',
    features: ['error.guard.unimplemented'],
    machine: ({ plant }) =>
      createMachine(
        { id: 'm', initial: 'a', states: { a: { on: { GO: { guard: 'missing', target: 'b' } } }, b: {} } } as any,
        plant('error.guard.unimplemented', {}, { guards: { missing: () => true } }) as any,
      ),
    script: [{ send: { type: 'NOISE' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'a spawn of an unknown actor fails the machine',
    features: ['error.actor.unimplemented'],
    machine: ({ plant }) =>
      createMachine({
        id: 'm',
        context: { ref: null },
        on: {
          GO: {
            actions: assign({
              ref: ({ spawn }: any) => plant('error.actor.unimplemented', spawn, () => null)('missing'),
            }),
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'a system id in use fails the one who asks for it again',
    features: ['error.system-id.taken'],
    machine: ({ plant }) =>
      setup({ actors: { kid: createMachine({}) } }).createMachine({
        context: {},
        entry: spawnChild('kid', { id: 'first', systemId: 'the-kid' }),
        on: {
          GO: {
            actions: spawnChild('kid', { id: 'second', systemId: plant('error.system-id.taken', 'the-kid', 'other') }),
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }],
  },
]
