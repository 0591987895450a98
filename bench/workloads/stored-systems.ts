import postgres from 'postgres'
import { add, withRuntime } from '../account.ts'
import { cloneSystems, storedId } from '../clone-systems.ts'
import { quantile, type Figure } from '../figures.ts'
import type { Workload } from '../measurement.ts'
import { forkWorker } from '../workers/fork.ts'

const ACTIVE = 1_000
const RINGING = 1_000

type Pace = { quietMs: number; ringingFromMs: number; ringingOverMs: number }
const PACE: Pace = { quietMs: 5_000, ringingFromMs: 3_000, ringingOverMs: 10_000 }
const QUICK: Pace = { quietMs: 1_500, ringingFromMs: 1_500, ringingOverMs: 2_000 }

type Idle = { late: number[]; quiet: number; busy: number; cpu: number }

const words = (count: number) => count.toLocaleString('en')

/** Systems from all over the range, not neighbours. */
const spread = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => storedId(from + Math.floor((i * (to - from)) / count)))

export const workload: Workload = {
  name: 'stored systems',
  what: '10,000, 100,000 and 1,000,000 systems with a timer each lie in the database: 1,000 of them at work, and then all idle but 1,000 whose timers fall due within ten seconds',
  async run({ url }, { seconds, quick }) {
    const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
    try {
      const prototype = await withRuntime(url, async (runtime) => {
        const { id } = await runtime.spawn('sleeper')
        await runtime.send(id, add, { wait: 'processed' })
        return id
      })
      const figures: Figure[] = []
      const points: [number, number][] = []
      let there = 0
      for (const stored of quick ? [1_000, 10_000] : [10_000, 100_000, 1_000_000]) {
        await cloneSystems(sql, prototype, there, stored)
        await sql`checkpoint`
        const rate = await rateOf(url, stored, seconds)
        points.push([stored, rate])
        const name = `1,000 systems at work of ${words(stored)} stored`
        figures.push(
          { name, value: rate, unit: 'per second' },
          ...(await idleWith(sql, url, there, stored, quick ? QUICK : PACE)),
        )
        there = stored
      }
      const [first, last] = [points[0], points.at(-1)] as [[number, number], [number, number]]
      const name = `rate with ${words(last[0])} stored over ${words(first[0])}`
      return [...figures, { name, value: last[1] / first[1], unit: 'times', aim: { least: 0.8 }, points }]
    } finally {
      await sql.end()
    }
  },
}

async function rateOf(url: string, stored: number, seconds: number): Promise<number> {
  const worker = forkWorker('sender.ts', { url, seconds, systems: spread(0, stored, ACTIVE) })
  try {
    await worker.next()
    worker.say('go')
    const rate = await worker.next<number>()
    // Gracefully: a killed one's systems have an owner until its lease has run out, and no timer of theirs fires till then.
    await worker.finish()
    return rate
  } finally {
    await worker.kill()
  }
}

// Of the systems that are new: the timers of others have rung before.
async function idleWith(sql: postgres.Sql, url: string, from: number, stored: number, pace: Pace): Promise<Figure[]> {
  const worker = forkWorker('idle.ts', { url, quietMs: pace.quietMs })
  try {
    await worker.next()
    worker.say(await setTimers(sql, spread(from, stored, RINGING), pace))
    const { late, quiet, busy, cpu } = await worker.next<Idle>()
    if (late.length < RINGING) throw new Error(`${RINGING - late.length} of ${RINGING} timers did not fire in a minute`)
    const of = `${words(stored)} idle systems`
    return [
      { name: `${of}: memory of the process`, value: Math.max(quiet, busy) / 2 ** 20, unit: 'MB', aim: { most: 300 } },
      { name: `${of}: processor it takes`, value: cpu * 100, unit: '%' },
      { name: `${of}: a timer is late, median`, value: quantile(late, 0.5), unit: 'ms' },
      { name: `${of}: a timer is late, at most`, value: Math.max(...late), unit: 'ms', aim: { most: 1_000 } },
    ]
  } finally {
    await worker.kill()
  }
}

// By now an hour away, these fall due one after the other: soon, which the process hears of at its next look.
async function setTimers(sql: postgres.Sql, ids: string[], pace: Pace): Promise<Record<string, number>> {
  const first = Date.now() + pace.ringingFromMs
  const due = ids.map((id, i) => [id, first + Math.floor((i * pace.ringingOverMs) / ids.length)] as const)
  await sql`
    update mailbox m set due = x.due::bigint
    from json_to_recordset(${JSON.stringify(due.map(([id, at]) => ({ id, due: at })))}::text::json) x (id text, due bigint)
    where m.system_id = x.id and m.kind = 'timer'`
  return Object.fromEntries(due)
}
