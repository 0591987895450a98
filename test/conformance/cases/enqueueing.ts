import { assign, createMachine, enqueueActions, setup } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

export const enqueueing: readonly Case[] = [
  {
    name: 'enqueueActions enqueues actions, assigns and raises as its guard says',
    features: ['enqueue.action', 'enqueue.assign', 'enqueue.raise', 'enqueue.check', 'enqueue.emit'],
    machine: ({ plant, record }) =>
      setup({
        types: {} as { context: { n: number; notes: string[] }; events: { type: 'RUN' | 'RAISED' }; emitted: any },
        guards: { isOdd: ({ context }) => context.n % 2 === 1 },
        actions: { say: (_, params: { word: string }) => record(params.word) },
      }).createMachine({
        context: { n: 0, notes: [] },
        on: {
          RUN: {
            actions: enqueueActions(({ context, enqueue, check }) => {
              enqueue.assign({ n: context.n + plant('enqueue.assign', 1, 2) })
              enqueue({ type: 'say', params: { word: plant('enqueue.action', 'run', 'walk') } })
              enqueue(({ context }) => record(context.n))
              if (plant('enqueue.check', check('isOdd'), true)) enqueue(note('was odd'))
              else enqueue(note('was even'))
              plant(
                'enqueue.raise',
                () => enqueue.raise({ type: 'RAISED' }),
                () => {},
              )()
              plant(
                'enqueue.emit',
                () => enqueue.emit({ type: 'ran', n: context.n }),
                () => {},
              )()
            }),
          },
          RAISED: { actions: note('raised') },
        },
      }),
    script: [{ send: { type: 'RUN' } }, { send: { type: 'RUN' } }],
  },
  {
    name: 'a named enqueueActions takes parameters',
    features: ['enqueue.params'],
    machine: ({ plant }) =>
      setup({
        types: {} as { context: { notes: string[] } },
        actions: {
          repeat: enqueueActions(({ enqueue }, params: { times: number }) => {
            for (let time = 0; time < params.times; time++) enqueue(note(`time ${time}`))
          }),
        },
      }).createMachine({
        context: { notes: [] },
        entry: { type: 'repeat', params: { times: plant('enqueue.params', 3, 2) } },
        on: { AGAIN: { actions: { type: 'repeat', params: ({ event }: any) => ({ times: event.times }) } } },
      }),
    script: [{ send: { type: 'AGAIN', times: 1 } as any }],
  },
  {
    name: 'enqueue spawns, sends to, and stops a child',
    features: ['enqueue.spawn', 'enqueue.send', 'enqueue.stop', 'enqueue.send-parent'],
    machine: ({ plant }) => {
      const child = createMachine({
        context: { notes: [] },
        on: {
          PING: {
            actions: [
              note('pinged'),
              enqueueActions(({ enqueue, event }) =>
                enqueue.sendParent({ type: 'PONG', n: plant('enqueue.send-parent', (event as any).n, 0) }),
              ),
            ],
          },
        },
      })
      return setup({ actors: { child } }).createMachine({
        context: { notes: [] },
        on: {
          START: {
            actions: enqueueActions(({ enqueue }) => {
              enqueue.spawnChild('child', { id: plant('enqueue.spawn', 'kid', 'toddler') as any })
            }),
          },
          HELLO: {
            actions: enqueueActions(({ enqueue }) =>
              enqueue.sendTo('kid' as any, { type: plant('enqueue.send', 'PING', 'NOISE'), n: 4 } as any),
            ),
          },
          STOP: { actions: enqueueActions(({ enqueue }) => enqueue.stopChild(plant('enqueue.stop', 'kid', 'nobody'))) },
          PONG: { actions: noteEvent((event) => event.n) },
        },
      } as any)
    },
    script: [{ send: { type: 'START' } }, { send: { type: 'HELLO' } }, { send: { type: 'STOP' } }],
  },
  {
    name: 'enqueue.cancel stops a delayed event',
    features: ['enqueue.cancel'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [], n: 0 },
        on: {
          ARM: {
            actions: enqueueActions(({ enqueue }) => enqueue.raise({ type: 'RING' }, { id: 'bell', delay: 100 })),
          },
          DISARM: {
            actions: enqueueActions(({ enqueue }) => enqueue.cancel(plant('enqueue.cancel', 'bell', 'phone'))),
          },
          RING: { actions: [note('ring'), assign({ n: ({ context }: any) => context.n + 1 })] },
        },
      } as any),
    script: [
      { send: { type: 'ARM' } },
      { advance: 100 },
      { send: { type: 'ARM' } },
      { advance: 50 },
      { send: { type: 'DISARM' } },
      { advance: 100 },
    ],
  },
]
