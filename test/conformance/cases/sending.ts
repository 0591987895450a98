import { assign, createMachine, forwardTo, sendParent, sendTo, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const echo = createMachine({
  context: { notes: [] },
  on: { '*': { actions: noteEvent((event) => ({ ...event })) } },
})

export const sending: readonly Case[] = [
  {
    name: 'sendTo reaches a child by id, by reference, by function and by system id',
    features: ['send.id', 'send.ref', 'send.function', 'send.system-id', 'system.get', 'send.dynamic'],
    machine: ({ plant }) =>
      setup({ actors: { echo } }).createMachine({
        context: ({ spawn }: any) => ({ ref: spawn('echo', { id: 'ref' }), pick: 'id' }),
        invoke: [
          { src: 'echo', id: 'id' },
          { src: 'echo', id: 'keyed', systemId: 'the-echo' },
        ],
        on: {
          ID: { actions: sendTo(plant('send.id', 'id', 'keyed'), { type: 'HELLO' }) },
          REF: { actions: sendTo(({ context }) => context.ref, { type: plant('send.ref', 'HELLO', 'BYE') }) },
          FUNCTION: {
            actions: sendTo(({ context }) => plant('send.function', context.pick, 'keyed'), { type: 'PICKED' }),
          },
          SYSTEM: {
            actions: sendTo(({ system }) => system.get(plant('send.system-id', 'the-echo', 'nobody')), {
              type: plant('system.get', 'KEYED', 'OTHER'),
            }),
          },
          DYNAMIC: {
            actions: sendTo('id', ({ context, event }: any) => ({
              type: `${event.prefix}.DYNAMIC`,
              pick: plant('send.dynamic', context.pick, ''),
            })),
          },
        },
      } as any),
    script: [
      { send: { type: 'ID' } },
      { send: { type: 'REF' } },
      { send: { type: 'FUNCTION' } },
      { send: { type: 'SYSTEM' } },
      { send: { type: 'DYNAMIC', prefix: 'my' } as any },
    ],
  },
  {
    name: 'a machine sends to itself after the macrostep, unlike raise',
    features: ['send.self'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            on: {
              GO: { target: 'b', actions: sendTo(({ self }) => self, { type: plant('send.self', 'OWN', 'NONE') }) },
              OWN: { actions: note('too early') },
            },
          },
          b: { entry: note('+b'), on: { OWN: 'c' } },
          c: {},
        },
      }),
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'an event sent in entry and exit reaches the actor of the state',
    features: ['send.in-entry', 'send.in-exit', 'send.before-start'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'idle',
        states: {
          idle: { on: { GO: 'busy' } },
          busy: {
            entry: plant('send.in-entry', sendTo('worker', { type: 'WELCOME' }), note('no welcome')),
            exit: sendTo('worker', { type: plant('send.in-exit', 'FAREWELL', 'NOTHING') }),
            invoke: {
              id: 'worker',
              src: createMachine({
                context: { notes: [] },
                entry: note(plant('send.before-start', 'started', 'not started')),
                on: {
                  WELCOME: { actions: note('welcomed') },
                  FAREWELL: { actions: sendParent(({ context }: any) => ({ type: 'LAST', heard: context.notes })) },
                },
              }),
            },
            on: { LEAVE: 'idle' },
          },
        },
        on: { LAST: { actions: noteEvent((event) => event.heard) } },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'LEAVE' } }],
  },
  {
    name: 'a child answers its parent and the parent forwards what it gets',
    features: ['send.parent', 'send.forward'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            context: { n: 0 },
            on: {
              '*': {
                actions: [
                  assign({ n: ({ context }: any) => context.n + 1 }),
                  sendParent(({ context, event }: any) => ({
                    type: 'answer',
                    n: plant('send.parent', context.n, 0),
                    to: event,
                  })),
                ],
              },
            },
          } as any),
        },
        on: {
          'ask.*': { actions: forwardTo(plant('send.forward', 'child', ({ self }: any) => self.getSnapshot().nobody)) },
          answer: { actions: noteEvent((event) => ({ ...event })) },
        },
      } as any),
    script: [{ send: { type: 'ask.name', text: 'who?' } as any }, { send: { type: 'ask.age' } }],
  },
  {
    name: 'a burst of events keeps its order',
    features: ['send.burst'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: { id: 'echo', src: echo },
        on: {
          BURST: {
            actions: plant('send.burst', [1, 2, 3, 4, 5], [2, 1, 3, 4, 5]).map((n) =>
              sendTo('echo', { type: `N${n}` }),
            ),
          },
        },
      }),
    script: [{ send: { type: 'BURST' } }, { send: { type: 'BURST' } }],
  },
  {
    name: 'a send to an idle actor is processed to its end before the next effect of the sender',
    features: ['send.depth-first'],
    machine: ({ plant }) => {
      const relay = createMachine({
        on: { PASS: { actions: sendTo(({ system }) => system.get('sink'), { type: 'VIA' }) } },
      })
      const toRelay = sendTo('relay', { type: 'PASS' })
      const toSink = sendTo('sink', { type: 'DIRECT' })
      return createMachine({
        invoke: [
          { id: 'relay', src: relay },
          { id: 'sink', systemId: 'sink', src: echo },
        ],
        on: { GO: { actions: plant('send.depth-first', [toRelay, toSink], [toSink, toRelay]) } },
      } as any)
    },
    script: [{ send: { type: 'GO' } }],
  },
  {
    name: 'an actor replies to the reference it finds in the event',
    features: ['send.reply', 'reference.event', 'action.ref-send'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'server',
          src: createMachine({
            on: {
              ASK: {
                actions: sendTo(
                  ({ event }: any) => event.from,
                  ({ event }: any) => ({
                    type: 'REPLY',
                    n: event.n * plant('send.reply', 2, 3),
                  }),
                ),
              },
              CALL: {
                actions: ({ event }: any) => event.from.send({ type: plant('action.ref-send', 'REPLY', 'NO'), n: 1 }),
              },
            },
          } as any),
        },
        on: {
          GO: {
            actions: sendTo('server', ({ self }) => ({
              type: 'ASK',
              n: 21,
              from: plant('reference.event', self, null),
            })),
          },
          CALL: { actions: sendTo('server', ({ self }) => ({ type: 'CALL', from: self })) },
          REPLY: { actions: noteEvent((event) => event.n) },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'CALL' } }],
  },
  {
    name: 'children talk to each other through references given as input',
    features: ['send.sibling', 'reference.input'],
    machine: ({ plant }) =>
      setup({
        actors: {
          echo,
          speaker: createMachine({
            context: ({ input }: any) => ({ listener: input.listener }),
            on: { SPEAK: { actions: sendTo(({ context }: any) => context.listener, { type: 'SPOKEN' }) } },
          } as any),
        },
      }).createMachine({
        context: ({ spawn }: any) => {
          const echo = spawn('echo', { id: 'echo' })
          const other = spawn('echo', { id: 'other' })
          return {
            speaker: spawn('speaker', { id: 'speaker', input: { listener: plant('reference.input', echo, other) } }),
          }
        },
        on: { SPEAK: { actions: sendTo('speaker', { type: plant('send.sibling', 'SPEAK', 'HUSH') }) } },
      } as any),
    script: [{ send: { type: 'SPEAK' } }, { send: { type: 'SPEAK' }, to: 'speaker' }],
  },
  {
    name: 'events to a done actor are ignored',
    features: ['send.to-done'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'short',
          src: createMachine({
            context: { notes: [] },
            initial: 'on',
            states: {
              on: { on: { END: 'off' } },
              off: { ...plant('send.to-done', { type: 'final' }, {}) },
            },
            on: { POKE: { actions: note('poked') } },
          } as any),
        },
        on: { '*': { actions: [noteEvent((event) => event.type), forwardTo('short')] } },
      } as any),
    script: [{ send: { type: 'POKE' } }, { send: { type: 'END' } }, { send: { type: 'POKE' } }],
  },
  {
    name: 'the special targets of SCXML name parent, self and child',
    features: ['send.special-target'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        invoke: {
          id: 'child',
          src: createMachine({
            on: { UP: { actions: sendTo('#_parent', { type: 'CAME' }) } },
          }),
        },
        on: {
          GO: { actions: [sendTo('#_child', { type: plant('send.special-target', 'UP', 'DOWN') }), note('sent')] },
          CAME: { actions: [note('came'), sendTo('#_internal', { type: 'OWN' })] },
          OWN: { actions: note('own') },
        },
      }),
    script: [{ send: { type: 'GO' } }],
  },
]
