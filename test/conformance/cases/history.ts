import { createMachine } from 'xstate'
import type { Case } from '../case.ts'
import { note } from './notes.ts'

const nested = {
  initial: 'one',
  states: {
    one: { on: { NEXT: 'two' } },
    two: {
      initial: 'x',
      states: { x: { on: { DEEPER: 'y' } }, y: { entry: note('+y') } },
    },
  },
}

const script = [
  { send: { type: 'NEXT' } },
  { send: { type: 'DEEPER' } },
  { send: { type: 'LEAVE' } },
  { send: { type: 'RETURN' } },
  { send: { type: 'LEAVE' } },
  { send: { type: 'RETURN' } },
]

export const history: readonly Case[] = [
  {
    name: 'shallow history recalls the direct child and its initial state',
    features: ['history.shallow'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'work',
        states: {
          work: {
            ...nested,
            states: {
              ...nested.states,
              last: { type: 'history', history: plant('history.shallow', 'shallow', 'deep') },
            },
            on: { LEAVE: 'away' },
          },
          away: { on: { RETURN: 'work.last' } },
        },
      }),
    script,
  },
  {
    name: 'deep history recalls the innermost states',
    features: ['history.deep'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'work',
        states: {
          work: {
            ...nested,
            states: { ...nested.states, last: { type: 'history', history: plant('history.deep', 'deep', 'shallow') } },
            on: { LEAVE: 'away' },
          },
          away: { on: { RETURN: 'work.last' } },
        },
      }),
    script,
  },
  {
    name: 'history true is shallow and makes the state a history state',
    features: ['history.true'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'work',
        states: {
          work: {
            ...nested,
            states: { ...nested.states, last: { history: plant('history.true', true, 'deep') } },
            on: { LEAVE: 'away' },
          },
          away: { on: { RETURN: 'work.last' } },
        },
      }),
    script,
  },
  {
    name: 'without history the default target is entered, later the recalled state',
    features: ['history.target'],
    machine: ({ plant }) =>
      createMachine({
        context: { notes: [] },
        initial: 'away',
        states: {
          work: {
            ...nested,
            states: {
              ...nested.states,
              last: { type: 'history', target: plant('history.target', 'two', 'one') },
            },
            on: { LEAVE: 'away' },
          },
          away: { on: { RETURN: 'work.last' } },
        },
      }),
    script: [
      { send: { type: 'RETURN' } },
      { send: { type: 'DEEPER' } },
      { send: { type: 'LEAVE' } },
      { send: { type: 'RETURN' } },
    ],
  },
  {
    name: 'without history and default target the initial state is entered',
    features: ['history.initial'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'away',
        states: {
          work: {
            initial: plant('history.initial', 'one', 'two'),
            states: { one: { on: { NEXT: 'two' } }, two: {}, last: { type: 'history' } },
            on: { LEAVE: 'away' },
          },
          away: { on: { RETURN: 'work.last' } },
        },
      }),
    script: [
      { send: { type: 'RETURN' } },
      { send: { type: 'NEXT' } },
      { send: { type: 'LEAVE' } },
      { send: { type: 'RETURN' } },
    ],
  },
  {
    name: 'deep history of a parallel state recalls every region',
    features: ['history.parallel'],
    machine: ({ plant }) =>
      createMachine({
        initial: 'power',
        states: {
          power: {
            type: 'parallel',
            states: {
              light: { initial: 'dim', states: { dim: { on: { LIGHT: 'bright' } }, bright: {} } },
              sound: {
                initial: 'mute',
                states: {
                  mute: { on: { SOUND: 'loud' } },
                  loud: { initial: 'jazz', states: { jazz: { on: { ROCK: 'rock' } }, rock: {} } },
                },
              },
              last: { type: 'history', history: plant('history.parallel', 'deep', 'shallow') },
            },
            on: { OFF: 'off' },
          },
          off: { on: { ON: 'power.last' } },
        },
      }),
    script: [
      { send: { type: 'LIGHT' } },
      { send: { type: 'SOUND' } },
      { send: { type: 'ROCK' } },
      { send: { type: 'OFF' } },
      { send: { type: 'ON' } },
    ],
  },
]
