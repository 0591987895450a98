import { assign, createMachine } from 'xstate'
import type { Case } from '../case.ts'
import { note, nothing } from './notes.ts'

export const states: readonly Case[] = [
  {
    name: 'a light cycles through atomic states',
    features: ['state.atomic', 'transition.target'],
    machine: ({ plant }) =>
      createMachine({
        id: 'light',
        initial: 'green',
        states: {
          green: { on: { TIMER: plant('transition.target', 'yellow', 'red') } },
          yellow: { on: { TIMER: { target: 'red' } } },
          red: { on: { TIMER: 'green' }, ...plant('state.atomic', {}, { initial: 'walk', states: { walk: {} } }) },
        },
      }),
    script: [{ send: { type: 'TIMER' } }, { send: { type: 'TIMER' } }, { send: { type: 'TIMER' } }],
  },
  {
    name: 'a compound state enters its initial child and keeps one child active',
    features: ['state.compound', 'state.initial'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'red',
        states: {
          red: {
            initial: plant('state.initial', 'walk', 'wait'),
            states: {
              walk: { on: { PEDESTRIAN: plant('state.compound', 'wait', undefined) } },
              wait: { on: { PEDESTRIAN: 'stop' } },
              stop: {},
            },
            on: { TIMER: 'green' },
          },
          green: { on: { TIMER: 'red' } },
        },
      }),
    script: [
      { send: { type: 'PEDESTRIAN' } },
      { send: { type: 'PEDESTRIAN' } },
      { send: { type: 'TIMER' } },
      { send: { type: 'TIMER' } },
    ],
  },
  {
    name: 'an initial transition runs its actions after the entry actions of its parent',
    features: ['state.initial.actions'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'idle',
        states: {
          idle: { on: { GO: 'work' } },
          work: {
            entry: note('enter work'),
            initial: { target: 'first', actions: plant('state.initial.actions', note('initial'), nothing) as any },
            states: { first: { entry: note('enter first') }, second: { entry: note('enter second') } },
            on: { SKIP: '.second', BACK: 'idle' },
          },
        },
      }),
    script: [
      { send: { type: 'GO' } },
      { send: { type: 'SKIP' } },
      { send: { type: 'BACK' } },
      { send: { type: 'GO' } },
    ],
  },
  {
    name: 'a parallel state keeps one state per region',
    features: ['state.parallel', 'transition.broadcast'],
    machine: ({ plant }) =>
      createMachine({
        type: plant('state.parallel', 'parallel', 'compound'),
        initial: 'bold',
        states: {
          bold: { initial: 'off', states: { off: { on: { BOLD: 'on', ALL: 'on' } }, on: { on: { BOLD: 'off' } } } },
          italic: {
            initial: 'off',
            states: {
              off: { on: { ITALIC: 'on', ALL: plant('transition.broadcast', 'on', undefined) } },
              on: { on: { ITALIC: 'off' } },
            },
          },
        },
      } as any),
    script: [
      { send: { type: 'BOLD' } },
      { send: { type: 'ITALIC' } },
      { send: { type: 'BOLD' } },
      { send: { type: 'ITALIC' } },
      { send: { type: 'ALL' } },
    ],
  },
  {
    name: 'a final child completes its parent but not the machine',
    features: ['state.final'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'form',
        states: {
          form: {
            initial: 'filling',
            states: {
              filling: { on: { SUBMIT: 'complete' } },
              complete: { type: plant('state.final', 'final', 'atomic') },
            },
            onDone: 'thanks',
          },
          thanks: {},
        },
      }),
    script: [{ send: { type: 'SUBMIT' } }, { send: { type: 'SUBMIT' } }],
  },
  {
    name: 'a state with an id of its own is reached by that id',
    features: ['state.id', 'transition.by-id'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'outer',
        states: {
          outer: {
            initial: 'inner',
            states: { inner: { on: { JUMP: plant('transition.by-id', '#landing', '#start') } } },
          },
          far: {
            initial: 'a',
            states: {
              a: { id: plant('state.id', 'start', 'landing'), on: { BACK: '#home.inner' } },
              b: { id: plant('state.id', 'landing', 'start'), on: { BACK: '#home.inner' } },
            },
          },
          home: { id: 'home', initial: 'outer', states: { outer: {}, inner: {} } },
        },
      }),
    script: [{ send: { type: 'JUMP' } }, { send: { type: 'BACK' } }],
  },
  {
    name: 'tags and meta of all active states add up',
    features: ['state.tags', 'state.meta'],
    machine: ({ plant }) =>
      createMachine({
        id: 'media',
        type: 'parallel',
        tags: 'root',
        meta: { title: 'player' },
        states: {
          play: {
            initial: 'stopped',
            states: {
              stopped: { tags: ['idle', 'quiet'], on: { PLAY: 'playing' } },
              playing: {
                tags: plant('state.tags', ['busy'], ['idle']),
                meta: { icon: plant('state.meta', '>', 'x') },
                description: 'sound is heard',
              },
            },
          },
          volume: { initial: 'low', states: { low: { tags: 'quiet', on: { UP: 'high' } }, high: { tags: 'loud' } } },
        },
      }),
    script: [{ send: { type: 'PLAY' } }, { send: { type: 'UP' } }],
  },
  {
    name: 'regions are entered in the order of the document and left in reverse',
    features: ['state.order'],
    machine: ({ plant }) => {
      const one = { entry: note('+one'), exit: note('-one') }
      const two = { entry: note('+two'), exit: note('-two') }
      return createMachine({
        context: { notes: [] },
        initial: 'both',
        states: {
          both: { type: 'parallel', states: plant('state.order', { one, two }, { two, one }), on: { LEAVE: 'gone' } },
          gone: {},
        },
      } as any)
    },
    script: [{ send: { type: 'LEAVE' } }],
  },
  {
    name: 'entry, exit and transition actions run from the inside out and from the outside in',
    features: ['order.entry', 'order.exit', 'order.transition'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'a',
        states: {
          a: {
            entry: note('+a'),
            exit: plant('order.exit', note('-a'), nothing),
            initial: 'x',
            states: { x: { entry: note('+a.x'), exit: plant('order.exit', note('-a.x'), [note('-a'), note('-a.x')]) } },
            on: { GO: { target: 'b.y', actions: plant('order.transition', note('go'), nothing) } },
          },
          b: {
            entry: [note('+b'), plant('order.transition', note('b'), note('go'))],
            exit: note('-b'),
            initial: 'z',
            states: {
              y: {
                entry: plant('order.entry', [note('+b.y'), note('second')], [note('second'), note('+b.y')]),
                exit: note('-b.y'),
                initial: 'deep',
                states: { deep: { entry: note('+b.y.deep'), exit: note('-b.y.deep') } },
              },
              z: {},
            },
            on: { GO: 'a' },
          },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'GO' } }],
  },
  {
    name: 'a state key with a dot is reached by an escaped path',
    features: ['transition.escaped'],
    machine: ({ plant }) =>
      createMachine({
        id: 'versions',
        initial: 'v1.0',
        states: {
          'v1.0': { on: { UP: plant('transition.escaped', 'v2\\.0', 'v2') } },
          'v2.0': { entry: assign({ reached: true }), on: { DOWN: '#versions.v1\\.0' } },
          v2: { on: { DOWN: '#versions.v1\\.0' } },
        },
      }),
    script: [{ send: { type: 'UP' } }, { send: { type: 'DOWN' } }],
  },
]
