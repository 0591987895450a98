import { assign, createMachine, emit, sendParent, sendTo, setup, spawnChild, stopChild } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

const counter = createMachine({
  context: ({ input }: any) => ({ n: input?.from ?? 0 }),
  on: {
    INC: { actions: assign({ n: ({ context }: any) => context.n + 1 }) },
    TELL: { actions: sendParent(({ context, self }: any) => ({ type: 'TOLD', id: self.id, n: context.n })) },
  },
  exit: sendParent({ type: 'LEFT' }),
} as any)

export const spawning: readonly Case[] = [
  {
    name: 'spawnChild gives ids, input and a system id, fixed or computed',
    features: ['spawn.child', 'spawn.child.dynamic-id', 'spawn.child.input', 'spawn.child.system-id'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: { notes: [], base: 5 },
        entry: spawnChild('counter', { id: plant('spawn.child', 'fixed', 'loose') }),
        on: {
          SPAWN: {
            actions: spawnChild('counter', {
              id: ({ event }: any) => plant('spawn.child.dynamic-id', `counter-${event.n}`, 'counter'),
              input: ({ context, event }: any) => ({ from: plant('spawn.child.input', context.base, 0) + event.n }),
              systemId: plant('spawn.child.system-id', 'shared', 'unshared'),
            } as any),
          },
          ASK: { actions: sendTo(({ system, self }) => system.get('shared') ?? self, { type: 'TELL' }) },
          TOLD: { actions: noteEvent((event) => [event.id, event.n]) },
        },
      } as any),
    script: [
      { send: { type: 'SPAWN', n: 1 } as any },
      { send: { type: 'ASK' } },
      { send: { type: 'INC' }, to: 'fixed' },
    ],
  },
  {
    name: 'a spawned actor may tell its parent of every snapshot',
    features: ['spawn.child.sync-snapshot'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: { notes: [] },
        entry: spawnChild('counter', { id: 'synced', syncSnapshot: plant('spawn.child.sync-snapshot', true, false) }),
        on: { 'xstate.snapshot.synced': { actions: noteEvent((event) => event.snapshot.context.n) } },
      } as any),
    script: [
      { send: { type: 'INC' }, to: 'synced' },
      { send: { type: 'INC' }, to: 'synced' },
    ],
  },
  {
    name: 'actors are spawned in the context factory and in assign, and outlive the state that spawned them',
    features: ['spawn.context', 'spawn.assign', 'spawn.outlives-state', 'reference.context'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: ({ spawn }: any) => ({
          first: spawn('counter', { id: plant('spawn.context', 'first', '1st') }),
          second: null,
        }),
        initial: 'a',
        states: {
          a: {
            entry: assign({
              second: ({ spawn }: any) =>
                plant('spawn.assign', spawn, () => null)('counter', { id: 'second', input: { from: 10 } }),
            }),
            on: { GO: 'b' },
            exit: plant('spawn.outlives-state', [], stopChild('second')) as any,
          },
          b: { on: { BACK: 'a' } },
        },
        on: {
          BOTH: {
            actions: [
              sendTo(({ context, self }: any) => context.first ?? self, {
                type: plant('reference.context', 'INC', 'NONE'),
              }),
              sendTo(({ context, self }: any) => context.second ?? self, { type: 'INC' }),
            ],
          },
        },
      } as any),
    script: [{ send: { type: 'BOTH' } }, { send: { type: 'GO' } }, { send: { type: 'BOTH' } }],
  },
  {
    name: 'a spawn without an id gets one of its own',
    features: ['spawn.numbered'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: { refs: [], notes: [] },
        on: {
          ADD: {
            actions: assign({
              refs: ({ context, spawn }: any) => [
                ...context.refs,
                spawn('counter', { input: { from: context.refs.length * plant('spawn.numbered', 100, 10) } }),
              ],
            }),
          },
          LAST: { actions: sendTo(({ context }: any) => context.refs.at(-1), { type: 'INC' }) },
        },
      } as any),
    script: [
      { send: { type: 'ADD' } },
      { send: { type: 'ADD' } },
      { send: { type: 'LAST' } },
      { send: { type: 'ADD' } },
    ],
  },
  {
    name: 'a machine keeps a list of actors, addresses each and stops one',
    features: ['spawn.many', 'reference.nested', 'stop.child.ref'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: { list: [], byName: new Map() },
        on: {
          ADD: {
            actions: assign(({ context, event, spawn }: any) => {
              const ref = spawn('counter', {
                id: `item-${event.name}`,
                input: { from: plant('spawn.many', event.n, 0) },
              })
              return {
                list: [...context.list, { ref, name: event.name }],
                byName: new Map([...context.byName, [event.name, ref]]),
              }
            }),
          },
          INC: {
            actions: sendTo(({ context, event }: any) => context.byName.get(event.name), {
              type: plant('reference.nested', 'INC', 'NONE'),
            }),
          },
          REMOVE: {
            actions: [
              stopChild(({ context, event }: any) =>
                plant('stop.child.ref', context.list.find((item: any) => item.name === event.name).ref, 'nobody'),
              ),
              assign(({ context, event }: any) => ({
                list: context.list.filter((item: any) => item.name !== event.name),
                byName: new Map([...context.byName].filter(([name]) => name !== event.name)),
              })),
            ],
          },
        },
      } as any),
    script: [
      { send: { type: 'ADD', name: 'a', n: 1 } as any },
      { send: { type: 'ADD', name: 'b', n: 2 } as any },
      { send: { type: 'INC', name: 'a' } as any },
      { send: { type: 'REMOVE', name: 'a' } as any },
      { send: { type: 'INC', name: 'b' } as any },
      { send: { type: 'ADD', name: 'a', n: 7 } as any },
    ],
  },
  {
    name: 'stopChild stops by id and by function, grandchildren included, without exit actions',
    features: ['stop.child.id', 'stop.child.function', 'stop.recursive', 'stop.no-exit-actions'],
    machine: ({ plant, record }) => {
      const leaf = createMachine({ exit: () => record('leaf exit'), on: { HI: { actions: () => record('leaf') } } })
      const branch = createMachine({
        exit: () => record('branch exit'),
        invoke: { id: 'leaf', systemId: 'leaf', src: leaf },
        initial: 'on',
        states: { on: { exit: () => record('on exit'), on: { END: 'off' } }, off: { type: 'final' } },
      })
      return setup({ actors: { branch, counter } }).createMachine({
        context: { notes: [] },
        entry: [spawnChild('branch', { id: 'branch' }), spawnChild('counter', { id: 'counter' })],
        on: {
          CUT: {
            actions: [
              ...plant('stop.no-exit-actions', [], [sendTo('branch', { type: 'END' })]),
              stopChild(plant('stop.child.id', 'branch', 'nobody')),
            ],
          },
          DROP: { actions: stopChild(({ event }: any) => plant('stop.child.function', event.id, 'nobody')) },
          HI: { actions: [({ system }: any) => system.get('leaf')?.send({ type: 'HI' }), note('hi')] },
          SAY: {
            actions: [
              ({ system }: any) => record(plant('stop.recursive', system.get('leaf') === undefined, 'unknown')),
            ],
          },
          LEFT: { actions: note('left') },
        },
      } as any)
    },
    script: [
      { send: { type: 'SAY' } },
      { send: { type: 'HI' } },
      { send: { type: 'DROP', id: 'counter' } as any },
      { send: { type: 'CUT' } },
      { send: { type: 'SAY' } },
      { send: { type: 'HI' } },
    ],
  },
  {
    name: 'the id of a stopped child can be used again, also in the same step',
    features: ['stop.respawn'],
    machine: ({ plant }) =>
      setup({ actors: { counter } }).createMachine({
        context: { notes: [] },
        entry: spawnChild('counter', { id: 'kid', systemId: 'kid' }),
        on: {
          AGAIN: {
            actions: plant(
              'stop.respawn',
              [stopChild('kid'), spawnChild('counter', { id: 'kid', systemId: 'kid', input: { from: 50 } })],
              [note('again')],
            ),
          },
          INC: { actions: sendTo('kid', { type: 'INC' }) },
        },
      } as any),
    script: [{ send: { type: 'INC' } }, { send: { type: 'AGAIN' } }, { send: { type: 'INC' } }],
  },
  {
    name: 'children emit, and emitted events keep the order of all actors',
    features: ['emit.child', 'emit.order'],
    machine: ({ plant }) => emitting(plant),
    script: [{ send: { type: 'GO' } }, { send: { type: 'SHOUT' }, to: 'a' }],
  },
]

const emitting = (plant: any) => {
  const speaker = (name: string) =>
    createMachine({
      on: {
        SHOUT: {
          actions: [emit({ type: `${name} shouts` }), sendParent({ type: 'HEARD', name }), emit({ type: 'end' })],
        },
      },
    })
  const first = sendTo('a', { type: 'SHOUT' })
  const second = sendTo('b', { type: plant('emit.child', 'SHOUT', 'WHISPER') })
  return createMachine({
    invoke: [
      { id: 'a', src: speaker('a') },
      { id: 'b', src: speaker('b') },
    ],
    on: {
      GO: {
        actions: [
          emit({ type: 'before' }),
          ...plant('emit.order', [first, second], [second, first]),
          emit({ type: 'after' }),
        ],
      },
      HEARD: { actions: emit(({ event }: any) => ({ type: 'heard', name: event.name })) },
    },
  } as any)
}
