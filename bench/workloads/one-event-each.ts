import { add, spawnAccounts, withRuntime } from '../account.ts'
import { timedForEach, type Workload } from '../measurement.ts'

const IN_FLIGHT = 1_000

export const workload: Workload = {
  name: 'one event each',
  what: 'many systems are created, take one event each in memory, and one each after a restart, for which they are read from the database (until all are processed)',
  async run({ url }, { quick }) {
    const systems = quick ? 1_000 : 10_000
    const [created, live, ids] = await withRuntime(url, async (runtime) => {
      await spawnAccounts(runtime, 500) // warms up
      const began = performance.now()
      const ids = await spawnAccounts(runtime, systems)
      const created = (performance.now() - began) / 1_000
      const live = await timedForEach(ids, IN_FLIGHT, (id) => runtime.send(id, add, { idempotencyKey: `live-${id}` }))
      return [created, live, ids] as const
    })
    const stored = await withRuntime(url, async (runtime) => {
      const began = performance.now()
      await timedForEach(ids, IN_FLIGHT, (id) => runtime.send(id, add, { idempotencyKey: `stored-${id}` }))
      await runtime.settled()
      return (performance.now() - began) / 1_000
    })
    const unit = 'per second'
    return [
      { name: `${systems} systems created`, value: systems / created, unit },
      { name: `one event each, systems in memory`, value: systems / live, unit },
      { name: `one event each, systems in the database`, value: systems / stored, unit },
    ]
  },
}
