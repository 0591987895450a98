import { add, spawnAccounts, withRuntime } from '../account.ts'
import type { Workload } from '../measurement.ts'

const IN_FLIGHT = 2_000
const PIECES = 10

export const workload: Workload = {
  name: 'one queue',
  what: 'one system with a queue of events that is never empty, while its journal grows',
  run: ({ url }, { quick }) =>
    withRuntime(url, async (runtime) => {
      const events = quick ? 10_000 : 100_000
      const [warm, id] = (await spawnAccounts(runtime, 2)) as [string, string]
      const [sentTo, piece] = [new Map<string, number>(), events / PIECES]
      const drive = async (to: string, count: number) => {
        let left = count
        const sender = async () => {
          while (left-- > 0) {
            const n = (sentTo.get(to) ?? 0) + 1
            sentTo.set(to, n)
            await runtime.send(to, add, { idempotencyKey: `event-${n}` })
          }
        }
        const began = performance.now()
        await Promise.all(Array.from({ length: IN_FLIGHT }, sender))
        return count / ((performance.now() - began) / 1_000)
      }
      await drive(warm, 5_000)
      const points: [number, number][] = []
      for (let n = 1; n <= PIECES; n++) points.push([n * piece, await drive(id, piece)])
      const rates = points.map(([, rate]) => rate)
      const whole = events / rates.reduce((sum, rate) => sum + piece / rate, 0)
      const [first, last] = [rates.slice(0, 2), rates.slice(-2)].map((two) => (two[0] as number) + (two[1] as number))
      const name = `the last fifth of ${events} events over the first`
      return [
        { name: 'one system with a queue', value: whole, unit: 'per second', aim: { least: 5_000 }, points },
        { name, value: (last as number) / (first as number), unit: 'times', aim: { least: 0.8 } },
      ]
    }),
}
