import { PgBoss } from 'pg-boss'
import { notes } from '../account.ts'
import { createMeter, steadyRate, type Contestant } from '../measurement.ts'
import { versionOf } from '../version.ts'

const QUEUE = 'transitions'
const BATCH = 500
const version = versionOf('pg-boss')

async function withQueue<T>(url: string, use: (boss: PgBoss) => Promise<T>): Promise<T> {
  const boss = new PgBoss({ connectionString: url, max: 20, schedule: false })
  boss.on('error', console.error)
  await boss.start()
  await boss.createQueue(QUEUE)
  try {
    return await use(boss)
  } finally {
    await boss.stop({ graceful: false, close: true })
  }
}

const data = () => ({ n: 0, last: 0, notes: notes() })

/** Fetches and completes as fast as jobs come, `loops` times at once. */
async function work(boss: PgBoss, loops: number, open: () => boolean, done: (jobs: number) => void) {
  const loop = async () => {
    while (open()) {
      const jobs = await boss.fetch(QUEUE, { batchSize: BATCH, priority: false })
      if (jobs.length) await boss.complete(QUEUE, jobs.map(({ id }) => id)) // prettier-ignore
      done(jobs.length)
    }
  }
  await Promise.all(Array.from({ length: loops }, loop))
}

const inBatches: Contestant = {
  name: 'pg-boss, jobs in batches',
  version,
  unit: `a job with 1.5 kB: inserted with ${BATCH} others, fetched with them and completed with them, while others are inserted`,
  concurrencies: [1, 2, 4],
  run: ({ url }, { seconds, concurrency }) =>
    withQueue(url, async (boss) => {
      const meter = createMeter({ seconds })
      let waiting = 0
      const insert = async () => {
        while (meter.open) {
          // As many as are worked off: a queue that grows would be slower for its fetchers.
          if (waiting > 4 * BATCH * concurrency) await new Promise((resolve) => setTimeout(resolve, 1))
          else {
            waiting += BATCH
            await boss.insert(QUEUE, Array.from({ length: BATCH }, () => ({ data: data() }))) // prettier-ignore
          }
        }
      }
      const working = work(boss, concurrency, () => meter.open, (jobs) => {
        waiting -= jobs
        meter.count(jobs)
      }) // prettier-ignore
      await Promise.all([working, ...Array.from({ length: concurrency }, insert)])
      return meter.rate()
    }),
}

const oneByOne: Contestant = {
  name: 'pg-boss, jobs sent one by one',
  version,
  unit: `a job with 1.5 kB: sent alone, as an event comes, fetched with up to ${BATCH} others and completed with them`,
  concurrencies: [16, 64, 256],
  run: ({ url }, { seconds, concurrency }) =>
    withQueue(url, async (boss) => {
      const meter = createMeter({ seconds })
      const sending = steadyRate({ seconds, concurrency }, () => boss.send(QUEUE, data()))
      const working = work(boss, 2, () => meter.open, (jobs) => meter.count(jobs)) // prettier-ignore
      await Promise.all([sending, working])
      return meter.rate()
    }),
}

export const contestants = [inBatches, oneByOne]
