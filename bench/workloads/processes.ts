import type { Figure } from '../figures.ts'
import type { Workload } from '../measurement.ts'
import { forkWorker } from '../workers/fork.ts'

const SYSTEMS = 1_000

async function rateOf(url: string, processes: number, seconds: number): Promise<number> {
  const workers = Array.from({ length: processes }, () => forkWorker('sender.ts', { url, seconds, systems: SYSTEMS }))
  try {
    for (const worker of workers) await worker.next()
    for (const worker of workers) worker.say('go')
    const rates = await Promise.all(workers.map((worker) => worker.next<number>()))
    return rates.reduce((sum, rate) => sum + rate, 0)
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()))
  }
}

export const workload: Workload = {
  name: 'processes',
  what: 'one, two and four processes on one database, each with 1,000 systems of its own that take one event after the other',
  async run({ url }, { seconds, quick }) {
    const points: [number, number][] = []
    for (const processes of quick ? [1, 2] : [1, 2, 4]) points.push([processes, await rateOf(url, processes, seconds)])
    const [one, two] = points.map(([, rate]) => rate) as [number, number]
    const figures: Figure[] = points.map(([processes, value]) => ({
      name: `${processes} process${processes > 1 ? 'es' : ''}`,
      value,
      unit: 'per second',
    }))
    return [...figures, { name: 'two over one', value: two / one, unit: 'times', aim: { least: 1.2 }, points }]
  },
}
