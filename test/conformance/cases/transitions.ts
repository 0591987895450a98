import { assign, createMachine } from 'xstate'
import type { Case } from '../case.ts'
import { note, noteEvent } from './notes.ts'

export const transitions: readonly Case[] = [
  {
    name: 'the first candidate whose guard passes is taken',
    features: ['transition.candidates'],
    machine: ({ plant }) => {
      const small = { guard: ({ event }: any) => event.size < 10, target: 'small' }
      const medium = { guard: ({ event }: any) => event.size < 100, target: 'medium' }
      return createMachine({
        initial: 'idle',
        states: {
          idle: { on: { PUT: [...plant('transition.candidates', [small, medium], [medium, small]), 'large'] } },
          small: { on: { RESET: 'idle' } },
          medium: { on: { RESET: 'idle' } },
          large: { on: { RESET: 'idle' } },
        },
      })
    },
    script: [5, 50, 500].flatMap((size) => [{ send: { type: 'PUT', size } as any }, { send: { type: 'RESET' } }]),
  },
  {
    name: 'wildcards take what nothing more specific takes',
    features: ['transition.wildcard', 'transition.partial-wildcard'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'on',
        states: {
          on: {
            on: {
              'mouse.click': { actions: note('click') },
              [plant('transition.partial-wildcard', 'mouse.*', 'mice.*')]: { actions: note('mouse') },
              'mouse.click.*': { actions: note('click-something') },
              [plant('transition.wildcard', '*', 'any')]: { actions: noteEvent((event) => `any ${event.type}`) },
            },
          },
        },
      }),
    script: [
      { send: { type: 'mouse.click' } },
      { send: { type: 'mouse.move' } },
      { send: { type: 'mouse' } },
      { send: { type: 'mouse.click.left.double' } },
      { send: { type: 'key.down' } },
    ],
  },
  {
    name: 'a forbidden transition keeps the event from the ancestors',
    features: ['transition.forbidden'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'form',
        states: {
          form: {
            initial: 'open',
            on: { CLOSE: 'closed' },
            states: {
              open: { on: { SAVE: 'saving' } },
              saving: { on: { SAVED: 'open', ...plant('transition.forbidden', { CLOSE: undefined }, {}) } },
            },
          },
          closed: {},
        },
      }),
    script: [
      { send: { type: 'SAVE' } },
      { send: { type: 'CLOSE' } },
      { send: { type: 'SAVED' } },
      { send: { type: 'CLOSE' } },
    ],
  },
  {
    name: 'a targetless transition runs its actions and nothing else',
    features: ['transition.targetless'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'counting',
        states: {
          counting: {
            entry: note('+'),
            exit: note('-'),
            initial: 'a',
            states: { a: { on: { NEXT: 'b' } }, b: {} },
            on: {
              HIT: {
                actions: note('hit'),
                ...plant('transition.targetless', {}, { target: 'counting', reenter: true }),
              },
            },
          },
        },
      }),
    script: [{ send: { type: 'NEXT' } }, { send: { type: 'HIT' } }, { send: { type: 'HIT' } }],
  },
  {
    name: 'a transition to a child does not leave the parent unless it reenters',
    features: ['transition.internal', 'transition.child', 'transition.reenter'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'parent',
        states: {
          parent: {
            entry: note('+parent'),
            exit: note('-parent'),
            initial: 'a',
            states: {
              a: { entry: note('+a'), exit: note('-a') },
              b: { entry: note('+b'), exit: note('-b') },
            },
            on: {
              INSIDE: { target: plant('transition.child', '.b', '.a') },
              OUTSIDE: { target: '.b', reenter: plant('transition.reenter', true, false) },
              AGAIN: { target: '.a', reenter: plant('transition.internal', false, true) },
            },
          },
        },
      }),
    script: [{ send: { type: 'INSIDE' } }, { send: { type: 'OUTSIDE' } }, { send: { type: 'AGAIN' } }],
  },
  {
    name: 'a self transition resets the children without reentering the state',
    features: ['transition.self'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'parent',
        states: {
          parent: {
            entry: note('+parent'),
            exit: note('-parent'),
            initial: 'a',
            states: { a: { entry: note('+a'), on: { NEXT: 'b' } }, b: { exit: note('-b') } },
            on: { RESET: plant('transition.self', 'parent', { target: 'parent', reenter: true }) },
          },
        },
      }),
    script: [{ send: { type: 'NEXT' } }, { send: { type: 'RESET' } }, { send: { type: 'RESET' } }],
  },
  {
    name: 'one transition enters states of several regions',
    features: ['transition.multiple-targets', 'transition.descendant'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'start',
        states: {
          start: { on: { GO: { target: plant('transition.multiple-targets', ['p.a.two', 'p.b.two'], ['p.a.two']) } } },
          p: {
            type: 'parallel',
            states: {
              a: { initial: 'one', states: { one: {}, two: {} } },
              b: { initial: 'one', states: { one: {}, two: {} } },
              c: { initial: 'one', states: { one: {}, two: {} } },
            },
            on: { BACK: 'start', HOME: plant('transition.descendant', 'house.hall.light', 'house.hall') },
          },
          house: { initial: 'yard', states: { yard: {}, hall: { initial: 'dark', states: { dark: {}, light: {} } } } },
        },
      } as any),
    script: [{ send: { type: 'GO' } }, { send: { type: 'HOME' } }],
  },
  {
    name: 'the innermost state decides first, its ancestors only if it has no transition that passes',
    features: ['transition.bubbling', 'transition.root', 'transition.ignored'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        on: { TOP: { target: plant('transition.root', '.elsewhere', undefined), actions: note('top') } },
        initial: 'outer',
        states: {
          outer: {
            on: { HIT: { actions: note('outer') } },
            initial: 'inner',
            states: {
              inner: {
                on: {
                  HIT: { guard: ({ event }: any) => event.inner, actions: note('inner') },
                  ...plant('transition.bubbling', {}, { HIT: { actions: note('inner') } }),
                  ...plant('transition.ignored', {}, { NOISE: { actions: note('noise') } }),
                },
              },
            },
          },
          elsewhere: {},
        },
      } as any),
    script: [
      { send: { type: 'HIT', inner: true } as any },
      { send: { type: 'HIT' } },
      { send: { type: 'NOISE' } },
      { send: { type: 'TOP' } },
      { send: { type: 'HIT' } },
    ],
  },
  {
    name: 'of two regions that would leave their parent the first wins, and an inner transition beats an outer one',
    features: ['transition.conflict'],
    machine: ({ plant }) => {
      const first = { on: { LEAVE: { target: '#left', actions: note('first') } } }
      const second = { on: { LEAVE: { target: '#right', actions: note('second') } } }
      return createMachine({
        context: { notes: [] },
        initial: 'p',
        states: {
          p: {
            type: 'parallel',
            states: plant('transition.conflict', { a: first, b: second }, { a: second, b: first }),
          },
          left: { id: 'left' },
          right: { id: 'right' },
        },
      } as any)
    },
    script: [{ send: { type: 'LEAVE' } }],
  },
  {
    name: 'xstate.route enters a state that allows routes to it',
    features: ['route.target', 'route.guard'],
    machine: ({ plant }) =>
      createMachine({
        id: 'pages',
        context: { admin: false, notes: [] },
        initial: 'home',
        states: {
          home: { id: 'home', route: {} },
          settings: {
            initial: 'general',
            states: {
              general: {},
              secret: {
                id: 'secret',
                route: {
                  guard: plant(
                    'route.guard',
                    ({ context }: any) => context.admin,
                    () => true,
                  ),
                  actions: note('routed'),
                },
              },
            },
          },
          about: { id: 'about', ...plant('route.target', { route: {} }, {}) },
          hidden: { id: 'hidden' },
        },
        on: { PROMOTE: { actions: assign({ admin: true }) } },
      } as any),
    script: [
      { send: { type: 'xstate.route', to: '#secret' } as any },
      { send: { type: 'xstate.route', to: '#hidden' } as any },
      { send: { type: 'xstate.route', to: '#about' } as any },
      { send: { type: 'PROMOTE' } },
      { send: { type: 'xstate.route', to: '#secret' } as any },
      { send: { type: 'xstate.route', to: '#home' } as any },
    ],
  },
]
