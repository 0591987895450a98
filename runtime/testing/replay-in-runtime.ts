import type { AnyStateMachine } from 'xstate'
import type { Storage } from '../options.ts'
import { memoryDatabase } from './memory-database.ts'
import type { Path, Samples } from './paths.ts'
import { rehearse } from './rehearsal.ts'
import { replayInMemory } from './replay-memory.ts'
import { type Difference, type Replay, replayTogether, waitsForTimer } from './replay-together.ts'
import { Script } from './script.ts'

export type ReplayOptions = {
  samples: Samples
  /** In memory by default. Closed after each use: paths that wait for a timer take one each, all others one together. */
  database?(): Storage | Promise<Storage>
  /** For so long a system may take to come to where its path leads; 20,000 by default. */
  patienceMs?: number
}

/**
 * Follows paths in the durable runtime, which is closed or crashed, and opened anew, between any two events; says where that
 * leads elsewhere than XState's own actors in memory.
 */
export async function replayInRuntime(
  machine: AnyStateMachine,
  paths: Path[],
  given: ReplayOptions,
): Promise<Difference[]> {
  const replays = await Promise.all(
    paths.map(async (path, index): Promise<Replay> => {
      const expected = await replayInMemory(machine, path, given.samples.inputs[path.input])
      return { id: `path-${index + 1}`, path, expected }
    }),
  )
  const timeless = replays.filter(({ path }) => !waitsForTimer(path))
  const groups = [timeless, ...replays.filter(({ path }) => waitsForTimer(path)).map((replay) => [replay])]
  const differences: Difference[] = []
  for (const group of groups) if (group.length) differences.push(...(await followed(machine, group, given)))
  return differences
}

async function followed(
  machine: AnyStateMachine,
  replays: Replay[],
  { samples, database = memoryDatabase, patienceMs }: ReplayOptions,
) {
  const script = new Script([machine])
  const rehearsal = await rehearse({ machines: { machine }, script, database: await database() })
  try {
    const begun = replays.map(({ id, path }) => rehearsal.spawn('machine', { id, input: samples.inputs[path.input] }))
    await Promise.all(begun)
    return await replayTogether(
      { clock: rehearsal.clock, script, venue: rehearsal.venue, reload: rehearsal.reload, patienceMs },
      replays,
    )
  } finally {
    await rehearsal.close()
  }
}
