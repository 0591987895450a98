import path from 'node:path'
import { add, spawnAccounts, withRuntime } from './account.ts'
import { steadyRate, type Contestant } from './measurement.ts'
import { versionIn } from './version.ts'

const adjutant: Contestant = {
  name: 'Adjutant',
  version: versionIn(path.join(import.meta.dirname, '..')),
  unit: 'a keyed event to one of as many systems as there are at a time, its turn committed',
  concurrencies: [300, 1_000, 2_000],
  run: ({ url }, { seconds, concurrency }) =>
    withRuntime(url, async (runtime) => {
      const ids = await spawnAccounts(runtime, concurrency)
      return steadyRate({ seconds, concurrency }, (loop, n) =>
        runtime.send(ids[loop] as string, add, { idempotencyKey: `send-${n}` }),
      )
    }),
}

export const contestants = [adjutant]
