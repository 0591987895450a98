import { add, spawnAccounts, withRuntime } from '../account.ts'
import { timedForEach, type Workload } from '../measurement.ts'

const SYSTEMS = 1_000

export const workload: Workload = {
  name: 'many systems',
  what: '1,000 systems take 100 events each, keyed, each acknowledged after its commit before the next to that system',
  run: ({ url }, { quick }) =>
    withRuntime(url, async (runtime) => {
      const events = quick ? 20 : 100
      const ids = await spawnAccounts(runtime, SYSTEMS)
      const drive = (round: string, each: number) =>
        timedForEach(ids, SYSTEMS, async (id) => {
          for (let n = 0; n < each; n++) await runtime.send(id, add, { idempotencyKey: `${round}-${n}` })
        })
      await drive('warm', 10)
      const seconds = await drive('measured', events)
      const value = (SYSTEMS * events) / seconds
      return [{ name: `1,000 systems x ${events} events`, value, unit: 'per second', aim: { least: 12_000 } }]
    }),
}
