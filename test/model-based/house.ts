// A runtime on a database of its own that is gone and opened anew between any two events.
import { SimulatedClock } from 'xstate'
import { createRuntime, type Runtime } from '../../runtime/index.ts'
import { type Replay, Script, type Stage, type Venue } from '../../runtime/testing/index.ts'
import { createTestDatabase } from '../support/database.ts'
import { subjects } from './machines.ts'

export type House = Stage & { runtime(): Runtime; close(): Promise<void>; problems: unknown[] }

export type Followed = Replay & { name: string; input: unknown }

const machines = Object.fromEntries(subjects.map(({ name, machine }) => [name, machine]))

const venueOf = (runtime: Runtime): Venue => ({
  send: async (system, address, event) => void (await runtime.send(system, event, { to: address, wait: 'processed' })),
  look: (system, address) => runtime.snapshot(system, address),
})

export async function openHouse(): Promise<House> {
  const { database, drop } = await createTestDatabase()
  const clock = new SimulatedClock()
  const script = new Script(Object.values(machines))
  const problems: unknown[] = []
  const log = (problem: string, detail: object) => void problems.push({ problem, detail })
  const open = async () => {
    const { activities } = script
    const runtime = await createRuntime({ database, machines, activities, clock, log, name: 'house', concurrency: 500 })
    await runtime.start()
    return runtime
  }
  let runtime = await open()
  let reloads = 0
  // Every other one goes as a crash would, without a word.
  const reload = async () => {
    await runtime.close({ abandon: ++reloads % 2 === 0 })
    runtime = await open()
  }
  const close = async () => {
    await runtime.close()
    await drop()
  }
  return { clock, script, problems, reload, close, venue: () => venueOf(runtime), runtime: () => runtime }
}

/** Systems for these paths. */
export const settle = (house: House, followed: readonly Followed[]) =>
  Promise.all(followed.map(({ id, name, input }) => house.runtime().spawn(name, { id, input })))
