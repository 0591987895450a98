import { assign, createMachine, fromPromise, fromTransition, sendTo, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

// Obeys its signal, so that a runtime that closes does not wait for it.
const untilStopped = fromPromise(
  ({ signal }) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
)

export const promises: readonly Case[] = [
  {
    name: 'a promise gets its input and its result goes to onDone',
    features: ['invoke.promise', 'promise.input'],
    machine: ({ plant }) =>
      setup({
        actors: {
          double: fromPromise(async ({ input }: { input: { n: number } }) => input.n * plant('invoke.promise', 2, 3)),
        },
      }).createMachine({
        context: { n: 21, answer: 0 },
        initial: 'idle',
        states: {
          idle: { on: { GO: 'working' } },
          working: {
            invoke: {
              id: 'double',
              src: 'double',
              input: ({ context }: any) => ({ n: plant('promise.input', context.n, 1) }),
              onDone: { target: 'idle', actions: assign({ n: ({ event }: any) => event.output }) },
            },
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'a promise that rejects or throws goes to onError with its error',
    features: ['promise.rejects', 'promise.throws'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'rejecting',
        states: {
          rejecting: {
            invoke: {
              id: 'rejecting',
              src: fromPromise(async () => {
                throw new TypeError(plant('promise.rejects', 'rejected', 'refused'))
              }),
              onDone: 'wrong',
              onError: {
                target: 'throwing',
                actions: noteEvent((event) => [event.error instanceof Error, event.error.name, event.error.message]),
              },
            },
          },
          throwing: {
            invoke: {
              id: 'throwing',
              src: fromPromise(() => {
                throw new Error(plant('promise.throws', 'thrown', 'hurled'))
              }),
              onDone: 'wrong',
              onError: { target: 'over', actions: noteEvent((event) => event.error.message) },
            },
          },
          over: {},
          wrong: {},
        },
      } as any),
    script: [],
  },
  {
    name: 'the result of a promise whose state was left reaches nobody',
    features: ['promise.stale'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            invoke: {
              id: 'work',
              src: plant('promise.stale', untilStopped, fromPromise(async () => 'done') as any),
              onDone: { target: 'b', actions: note('finished') },
            },
            on: { LEAVE: 'away', AGAIN: { target: 'a', reenter: true } },
          },
          b: {},
          away: {
            invoke: {
              id: 'work',
              src: fromPromise(async () => 'second'),
              onDone: { actions: noteEvent((event) => event.output) },
            },
          },
        },
      } as any),
    script: [{ send: { type: 'AGAIN' } }, { send: { type: 'LEAVE' } }],
  },
  {
    name: 'a spawned promise reports as any child',
    features: ['promise.spawned', 'done.event'],
    machine: ({ plant }) =>
      setup({
        actors: { fetch: fromPromise(async ({ input }: any) => ({ page: input, at: new Date(0) })) },
      }).createMachine({
        context: { notes: [] },
        on: {
          FETCH: {
            actions: assign(({ spawn, event, context }: any) => ({
              last: spawn('fetch', {
                id: `fetch-${context.notes.length}`,
                input: plant('promise.spawned', event.page, 0),
              }),
            })),
          },
          [plant('done.event', 'xstate.done.actor.*', 'xstate.done.actor.none')]: {
            actions: noteEvent((event) => [event.actorId, event.output]),
          },
        },
      } as any),
    script: [{ send: { type: 'FETCH', page: 1 } as any }, { send: { type: 'FETCH', page: 2 } as any }],
  },
  {
    name: 'promises run side by side, each with its own result',
    features: ['invoke.several', 'invoke.on-error'],
    machine: ({ plant }) =>
      createMachine({
        type: 'parallel',
        states: Object.fromEntries(
          ['one', 'two', 'three'].map((key, index) => [
            key,
            {
              initial: 'busy',
              states: {
                busy: {
                  invoke: {
                    id: key,
                    src: fromPromise(async () => {
                      if (index === plant('invoke.on-error', 1, 2)) throw new Error(key)
                      return index
                    }),
                    onDone: plant('invoke.several', 'done', 'failed'),
                    onError: 'failed',
                  },
                },
                done: {},
                failed: {},
              },
            },
          ]),
        ),
      } as any),
    script: [],
  },
  {
    name: 'a promise learns from its signal that its state was left',
    features: ['promise.signal'],
    saysPerAttempt: true,
    machine: ({ plant, record }) =>
      createMachine({
        initial: 'on',
        states: {
          on: {
            invoke: {
              id: 'work',
              src: fromPromise(({ signal }) => {
                signal.addEventListener('abort', () => record('aborted'))
                return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
              }),
            },
            on: { LEAVE: plant('promise.signal', 'off', undefined) },
          },
          off: {},
        },
      }),
    script: [{ send: { type: 'NOISE' } }, { send: { type: 'LEAVE' } }],
  },
  {
    name: 'a promise sends events through the system',
    features: ['promise.system'],
    saysPerAttempt: true,
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'idle',
        invoke: {
          id: 'listener',
          systemId: 'the-listener',
          src: createMachine({ context: { notes: [] }, on: { HEARD: { actions: note('heard') } } }),
        },
        states: {
          idle: { on: { GO: 'busy' } },
          busy: {
            invoke: {
              id: 'work',
              src: fromPromise(async ({ system }) => {
                system.get('the-listener').send({ type: plant('promise.system', 'HEARD', 'MISSED') })
              }),
              onDone: 'idle',
            },
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'a promise sends to a reference in its input',
    features: ['promise.reference'],
    saysPerAttempt: true,
    machine: ({ plant }) =>
      setup({
        actors: {
          listener: createMachine({ context: { notes: [] }, on: { HEARD: { actions: note('heard') } } }),
          work: fromPromise(async ({ input }: any) => {
            input.to[plant('promise.reference', 0, 1)].send({ type: 'HEARD' })
          }),
        },
      }).createMachine({
        context: ({ spawn }: any) => ({ to: [spawn('listener', { id: 'one' }), spawn('listener', { id: 'two' })] }),
        initial: 'idle',
        states: {
          idle: { on: { GO: 'busy' } },
          busy: {
            invoke: { id: 'work', src: 'work', input: ({ context }: any) => ({ to: context.to }), onDone: 'idle' },
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'a promise emits',
    features: ['promise.emit'],
    saysPerAttempt: true,
    machine: ({ plant }) =>
      createMachine({
        invoke: {
          id: 'work',
          src: fromPromise(async ({ emit }: any) => emit({ type: plant('promise.emit', 'working', 'resting'), n: 1 })),
        },
      }),
    script: [],
  },
  {
    name: 'transition logic keeps its context, reads its input and uses its scope',
    features: ['transition-logic.input', 'transition-logic.self'],
    machine: ({ plant }) =>
      setup({
        actors: {
          sum: fromTransition(
            (state: any, event: any, { self }: any) => ({ total: state.total + (event.n ?? 0), id: self.id }),
            ({ input }: any) => ({ total: plant('transition-logic.input', input.from, 0), id: '' }),
          ),
          chatty: fromTransition((state: any, event: any, { self, emit }: any) => {
            if (event.type === 'AGAIN') self.send({ type: 'ONCE' })
            if (event.type === 'ONCE') emit({ type: 'spoke', times: plant('transition-logic.self', 1, 2) })
            return [...state, event.type]
          }, []),
        },
      }).createMachine({
        invoke: [
          { id: 'sum', src: 'sum', input: { from: 1 } },
          { id: 'chatty', src: 'chatty' },
        ],
        on: {
          ADD: { actions: sendTo('sum', ({ event }: any) => event) },
          TALK: { actions: sendTo('chatty', { type: 'AGAIN' }) },
        },
      } as any),
    script: [
      { send: { type: 'ADD', n: 5 } as any },
      { send: { type: 'ADD', n: 6 } as any },
      { send: { type: 'TALK' } },
    ],
  },
]
