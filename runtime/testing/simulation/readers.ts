import type { Violation } from '../checker.ts'
import { chance } from './chance.ts'
import type { Fleet } from './fleet.ts'
import type { World } from './world.ts'

type Readers = { seed: number; world: World; fleet: Fleet; done(): boolean }

/** Reads of any process, which must not show less than what another had committed before they were asked for. */
export async function readAll({ seed, world, fleet, done }: Readers): Promise<Violation[]> {
  const found: Violation[] = []
  for (let n = 0; !done(); n++) {
    await new Promise<void>((resolve) => void world.after(chance(seed, 'read', n) * 120, resolve))
    const senders = fleet.senders()
    const sender = senders[Math.floor(chance(seed, 'reader', n) * senders.length)]
    const systems = [...fleet.tables.systems.keys()]
    const system = systems[Math.floor(chance(seed, 'read of', n) * systems.length)]
    if (!sender || system === undefined) continue
    const least = fleet.committedByOthers(sender.process, system)
    // One that cannot be answered now is not waited for.
    void sender.snapshot(system).then(
      ({ seq }) => {
        if (seq >= least) return
        const sentence = `${sender.name} showed ${system} as of entry ${seq}, though another process had committed ${least}`
        found.push({ rule: 'read.stale', system, seq, sentence })
      },
      () => {},
    )
  }
  return found
}
