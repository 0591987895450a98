// Makes systems live in its memory, each with some entries, and waits to be killed.
import { add, spawnAccounts, withRuntime } from '../account.ts'
import { timedForEach } from '../measurement.ts'
import { parentOf } from './fork.ts'

const parent = parentOf<{ url: string; name: string; systems: number; events: number }>()
const { url, name, systems, events } = parent.options

await withRuntime(
  url,
  async (runtime) => {
    const ids = await spawnAccounts(runtime, systems)
    await timedForEach(ids, 1_000, async (id) => {
      for (let n = 0; n < events; n++) await runtime.send(id, add)
    })
    parent.say(ids)
    await parent.hear()
  },
  { name },
)
process.disconnect?.()
