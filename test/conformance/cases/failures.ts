import { assign, createMachine, emit, raise, sendParent, sendTo, setup, spawnChild } from 'xstate'
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
        invoke: ['text', { code: 7, at: [1, new Date(0)] }, null].map((thrown, index) => ({
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
    script: [0, 1, 2].map((index) => ({ send: { type: 'BREAK' }, to: `bad-${index}` })),
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
