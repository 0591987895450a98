import {
  assign,
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  setup,
  spawnChild,
  type AnyActorLogic,
} from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime, type Runtime } from '../../runtime/index.ts'
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

const register = (machine: any) =>
  createRuntime({ database: database.database, machines: { case: machine }, log: () => {} })

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

describe('what cannot be stored', () => {
  const withRuntime = async (machine: any, use: (runtime: Runtime) => Promise<void>) => {
    const runtime = await register(machine)
    await runtime.start()
    await use(runtime).finally(() => runtime.close())
  }

  test('a spawn of logic without a name fails the machine and says what to do', async () => {
    const machine = createMachine({ on: { GO: { actions: spawnChild(createMachine({}), { id: 'kid' } as any) } } })
    await withRuntime(machine, async (runtime) => {
      const { id } = await runtime.spawn('case')
      await runtime.send(id, { type: 'GO' }, { wait: 'processed' })
      const { status, error } = await runtime.snapshot(id)
      expect(status).toBe('error')
      expect(error.message).toMatch(/kid .* setup\(\{ actors \}\)/)
    })
  })

  test('a function in the context is named by its path, and the state before it is kept', async () => {
    const machine = createMachine({
      context: { deep: { fine: 1 } },
      on: { GO: { actions: assign({ deep: () => ({ call: () => 1 }) as any }) } },
    })
    await withRuntime(machine, async (runtime) => {
      const { id } = await runtime.spawn('case')
      const refusal = { code: 'snapshot.unstorable', message: expect.stringContaining('deep.call is a function') }
      await expect(runtime.send(id, { type: 'GO' }, { wait: 'processed' })).rejects.toMatchObject(refusal)
      expect(await runtime.snapshot(id)).toMatchObject({ status: 'active', context: { deep: { fine: 1 } } })
    })
  })
})
