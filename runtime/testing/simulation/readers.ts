import type { Violation } from '../checker.ts'
import type { Line, Operation } from '../workload-recording.ts'
import { chance } from './chance.ts'
import type { Fleet } from './fleet.ts'
import type { World } from './world.ts'

/** The last entry of each system that some client knows of. */
export class Known {
  readonly #asked = new Map<number, Operation>()
  readonly seqs = new Map<string, number>()

  heed(line: Line) {
    if (line.type === 'begun') this.#asked.set(line.n, line.operation)
    if (line.type !== 'ended' || line.outcome.as !== 'acknowledged') return
    const operation = this.#asked.get(line.n)
    if (operation?.kind !== 'send' || line.outcome.seq === undefined) return
    this.seqs.set(operation.system, Math.max(line.outcome.seq, this.seqs.get(operation.system) ?? 0))
  }
}

type Readers = { seed: number; world: World; fleet: Fleet; known: Known; done(): boolean }

/** Reads of any process, which must not show less than what was acknowledged before they were asked for. */
export async function readAll({ seed, world, fleet, known, done }: Readers): Promise<Violation[]> {
  const found: Violation[] = []
  for (let n = 0; !done(); n++) {
    await new Promise<void>((resolve) => void world.after(chance(seed, 'read', n) * 120, resolve))
    const senders = fleet.senders()
    const sender = senders[Math.floor(chance(seed, 'reader', n) * senders.length)]
    const systems = [...known.seqs]
    const [system, least] = systems[Math.floor(chance(seed, 'read of', n) * systems.length)] ?? []
    if (!sender || system === undefined || least === undefined) continue
    // One that cannot be answered now is not waited for.
    void sender.snapshot(system).then(
      ({ seq }) => {
        if (seq >= least) return
        const sentence = `${sender.name} showed ${system} as of entry ${seq}, though ${least} had been acknowledged`
        found.push({ rule: 'read.stale', system, seq, sentence })
      },
      () => {},
    )
  }
  return found
}
