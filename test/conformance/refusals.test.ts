import { createMachine, fromCallback, fromEventObservable, fromObservable, setup, type AnyActorLogic } from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const nothing = () => ({ subscribe: () => ({ unsubscribe: () => {} }) }) as any
const kinds: { kind: string; logic: AnyActorLogic }[] = [
  { kind: 'callback', logic: fromCallback(() => {}) },
  { kind: 'observable', logic: fromObservable(nothing) },
  { kind: 'event observable', logic: fromEventObservable(nothing) },
]

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database?.drop())

const register = (machine: any) => createRuntime({ database: database.database, machines: { case: machine } })

describe.each(kinds)('a machine with $kind logic is refused when it is registered', ({ logic }) => {
  const refusal = {
    name: 'Rejection',
    code: 'machine.not_durable',
    message: expect.stringMatching(/fromPromise|activity/),
  }

  test('when it is invoked by name', async () => {
    const machine = setup({ actors: { live: logic as any } }).createMachine({ invoke: { src: 'live' } as any })
    await expect(register(machine)).rejects.toMatchObject(refusal)
  })

  test('when it is invoked in place', async () => {
    await expect(register(createMachine({ invoke: { src: logic } }))).rejects.toMatchObject(refusal)
  })

  test('when an invoked machine invokes it', async () => {
    const inner = createMachine({ initial: 'a', states: { a: { invoke: [{ src: logic }] } } })
    await expect(register(createMachine({ invoke: { src: inner } }))).rejects.toMatchObject(refusal)
  })
})
