// Sends to systems, one event at a time to each, and says how many were acknowledged a second.
import { add, spawnAccounts, withRuntime } from '../account.ts'
import { steadyRate, timedForEach } from '../measurement.ts'
import { parentOf } from './fork.ts'

const parent = parentOf<{ url: string; seconds: number; systems: number | string[] }>()
const { url, seconds, systems } = parent.options

await withRuntime(url, async (runtime) => {
  const ids = typeof systems === 'number' ? await spawnAccounts(runtime, systems) : systems
  // What is stored is loaded before it is measured.
  await timedForEach(ids, 1_000, (id) => runtime.send(id, add, { wait: 'processed' }))
  parent.say('ready')
  await parent.hear()
  const rate = await steadyRate({ seconds, concurrency: ids.length, warmUp: 2 }, (loop, n) =>
    runtime.send(ids[loop] as string, add, { idempotencyKey: `worker-${process.pid}-${n}` }),
  )
  parent.say(rate)
  await parent.hear()
})
process.disconnect?.()
