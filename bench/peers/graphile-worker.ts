import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { notes } from '../account.ts'
import { createMeter, type Contestant } from '../measurement.ts'
import { versionOf } from '../version.ts'

const BATCH = 500
const version = versionOf('graphile-worker')
const logger = new Logger(() => () => {})

type Send = (send: {
  one(): Promise<unknown>
  many(): Promise<unknown>
  waiting(): number
  open(): boolean
}) => Promise<void>

/** Jobs worked off a second, by a pool set as its page on performance says, while `send` brings others. */
async function worked(
  url: string,
  { seconds, concurrency }: { seconds: number; concurrency: number },
  senders: number,
  send: Send,
) {
  const utils = await makeWorkerUtils({ connectionString: url, logger, maxPoolSize: 32 })
  await utils.migrate()
  const payload = { n: 0, last: 0, notes: notes() }
  let waiting = 0
  const meter = createMeter({ seconds })
  const runner = await run({
    connectionString: url,
    logger,
    noHandleSignals: true,
    concurrency,
    maxPoolSize: 20,
    taskList: {
      transition: async () => {
        waiting--
        meter.count()
      },
    },
    preset: {
      worker: {
        localQueue: { size: BATCH, refetchDelay: { durationMs: 20, threshold: 100 } },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  })
  const sender = {
    one: () => {
      waiting++
      return utils.addJob('transition', payload)
    },
    many: () => {
      waiting += BATCH
      return utils.addJobs(Array.from({ length: BATCH }, () => ({ identifier: 'transition', payload })))
    },
    waiting: () => waiting,
    open: () => meter.open,
  }
  await Promise.all(Array.from({ length: senders }, () => send(sender)))
  const rate = await meter.rate()
  await runner.stop()
  await utils.release()
  return rate
}

const inBatches: Contestant = {
  name: 'graphile-worker, jobs in batches',
  version,
  unit: `a job with 1.5 kB that does nothing: added with ${BATCH} others, worked off with a local queue and completed in batches`,
  concurrencies: [24, 100],
  run: ({ url }, options) =>
    worked(url, options, 2, async ({ many, waiting, open }) => {
      while (open()) {
        if (waiting() > 8 * BATCH) await new Promise((resolve) => setTimeout(resolve, 1))
        else await many()
      }
    }),
}

const oneByOne: Contestant = {
  name: 'graphile-worker, jobs added one by one',
  version,
  unit: 'a job with 1.5 kB that does nothing: added alone, as an event comes, worked off in the same way',
  concurrencies: [24, 100],
  run: ({ url }, options) =>
    worked(url, options, 64, async ({ one, open }) => {
      while (open()) await one()
    }),
}

export const contestants = [inBatches, oneByOne]
