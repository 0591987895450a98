import { describe, expect, test } from 'vitest'
import {
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  setup,
  type AnyActorLogic,
  type AnyStateMachine,
} from 'xstate'
import { activityLogic, isMachine, kindOf, logicAt, logicNamed } from '../../runtime/logic.ts'

const nothing = { subscribe: () => ({ unsubscribe() {} }) } as never

describe('how an actor is hosted follows from its logic', () => {
  const kinds: [string, AnyActorLogic, string | undefined][] = [
    ['a machine', createMachine({}), 'machine'],
    ['a transition function', fromTransition((state: object) => state, {}), 'pure'],
    ['a promise', fromPromise(async () => 1), 'activity'],
    ['an activity', activityLogic(() => {}), 'activity'],
    ['a callback', fromCallback(() => {}), undefined],
    ['an observable', fromObservable(() => nothing), undefined],
    ['an observable of events', fromEventObservable(() => nothing), undefined],
  ]
  test.each(kinds)('%s', (_, logic, kind) => {
    expect(kindOf(logic)).toBe(kind)
  })
  test('only machines are machines', () => {
    expect([createMachine({}), null, undefined, 1, fromPromise(async () => 1)].map(isMachine)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('logic is found by the name XState gives it', () => {
  const work = fromPromise(async () => 1)
  const inner = setup({ actors: { work } }).createMachine({ invoke: { src: 'work' } })
  const inline = fromPromise(async () => 2)
  const outer = setup({ actors: { inner } }).createMachine({
    id: 'outer',
    initial: 'a.b',
    states: { 'a.b': { id: 'x', invoke: [{ src: 'inner' }, { src: inline }] } },
  } as never) as unknown as AnyStateMachine
  test('by its name in setup', () => {
    expect(logicNamed(outer, 'inner')).toBe(inner)
    expect(logicNamed(outer, 'nobody')).toBeUndefined()
  })
  test('by its place among the invokes of a state', () => {
    expect(logicNamed(outer, 'xstate.invoke.1.x')).toBe(inline)
    expect(logicNamed(outer, 'xstate.invoke.0.x')).toBe(inner)
  })
  test('by its place when it is the only one', () => {
    const single = createMachine({ id: 'single', invoke: { src: inline } })
    expect(logicNamed(single, 'xstate.invoke.0.single')).toBe(inline)
  })
  test('along a path of children', () => {
    expect(logicAt(outer, [])).toBe(outer)
    expect(logicAt(outer, ['inner', 'work'])).toBe(work)
    expect(logicAt(outer, ['inner', 'work', 'more'])).toBeUndefined()
  })
})

describe('what stands in for an activity', () => {
  const started: unknown[] = []
  const logic = activityLogic((_, input) => started.push(input)) as any
  const active = logic.getInitialSnapshot({}, { a: 1 })
  test('asks for an attempt when it starts, and not when it is over', () => {
    logic.start(active, { self: {} })
    logic.start({ ...active, status: 'done' }, { self: {} })
    expect(started).toEqual([{ a: 1 }])
  })
  test('takes its result or its failure once', () => {
    const done = logic.transition(active, { type: 'xstate.promise.resolve', data: 1 })
    expect(done).toEqual({ status: 'done', output: 1, error: undefined })
    expect(logic.transition(done, { type: 'xstate.promise.reject', data: 2 })).toBe(done)
    expect(logic.transition(active, { type: 'xstate.promise.reject', data: 2 })).toEqual({
      status: 'error',
      output: undefined,
      error: 2,
    })
  })
  test('can be stopped, and ignores other events', () => {
    expect(logic.transition(active, { type: 'xstate.stop' }).status).toBe('stopped')
    expect(logic.transition(active, { type: 'else' })).toBe(active)
    expect(logic.restoreSnapshot(logic.getPersistedSnapshot(active))).toBe(active)
  })
})
