// A runtime on a database of its own, for the machines of the domain, each the root of its systems.
import { SimulatedClock } from 'xstate'
import { createRuntime, type Runtime } from '../../runtime/index.ts'
import { Script, type Stage, type Venue } from '../../runtime/testing/index.ts'
import { createTestDatabase } from '../support/database.ts'
import { type Followed, subjects } from './machines.ts'

export type House = Stage & { runtime(): Runtime; close(): Promise<void>; problems: unknown[] }

const machines = Object.fromEntries(subjects.map(({ name, machine }) => [name, machine]))

const venueOf = (runtime: Runtime): Venue => ({
  send: async (system, address, event) => void (await runtime.send(system, event, { to: address, wait: 'processed' })),
  look: (system, address) => runtime.snapshot(system, address),
})

/** Gone and opened anew between any two events, unless it `stays`. */
export async function openHouse({ stays = false } = {}): Promise<House> {
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
    if (stays) return
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
