import { assign, setup } from 'xstate'
import type { Database } from '../db/index.ts'
import { createRuntime, type Runtime } from '../runtime/index.ts'
import { quantile, type Figure } from './figures.ts'

const SYSTEMS = 1_000
const SINGLE_SENDS = 500

// About 1.5 kB of context, of which an event changes a little: a directive's or a contract's usual case.
const account = setup({
  types: {
    context: {} as { n: number; last: number; notes: Record<string, string> },
    events: {} as { type: 'ADD'; by: number },
  },
  actions: {
    add: assign({ n: ({ context, event }) => context.n + event.by, last: ({ event }) => event.by }),
  },
}).createMachine({
  id: 'account',
  context: () => ({
    n: 0,
    last: 0,
    notes: Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`note-${i}`, 'forty characters of text, more or less..']),
    ),
  }),
  initial: 'even',
  states: {
    even: { on: { ADD: { target: 'odd', actions: 'add' } } },
    odd: { on: { ADD: { target: 'even', actions: 'add' } } },
  },
})

async function withRuntime<T>(database: Database, use: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = await createRuntime({ database, machines: { account } })
  await runtime.start()
  try {
    return await use(runtime)
  } finally {
    await runtime.close()
  }
}

/** Keyed sends to many systems, each acknowledged after its commit before the next one to that system. */
export const measureTransitions = (database: Database, seconds: number): Promise<Figure[]> =>
  withRuntime(database, async (runtime) => {
    const ids = (await Promise.all(Array.from({ length: SYSTEMS }, () => runtime.spawn('account')))).map(({ id }) => id)
    let [acknowledged, sent] = [0, 0]
    const drive = async (until: number) => {
      acknowledged = 0
      const began = performance.now()
      const sender = async (id: string) => {
        while (performance.now() < until) {
          await runtime.send(id, { type: 'ADD', by: 1 }, { idempotencyKey: `send-${sent++}` })
          acknowledged++
        }
      }
      await Promise.all(ids.map(sender))
      return acknowledged / ((performance.now() - began) / 1_000)
    }
    await drive(performance.now() + 2_000) // warms up
    return [
      { name: 'durable transitions', value: await drive(performance.now() + seconds * 1_000), unit: 'per second' },
    ]
  })

/** One send at a time to an idle server, and beside each one bare commit of one statement: what the disk allows. */
export const measureLatency = (database: Database): Promise<Figure[]> =>
  withRuntime(database, async (runtime) => {
    const { sql } = database
    await sql`create table if not exists bench_row (id int primary key, n int not null)`
    await sql`insert into bench_row values (1, 0) on conflict do nothing`
    const { id } = await runtime.spawn('account')
    const timed = async (act: () => PromiseLike<unknown>) => {
      const began = performance.now()
      await act()
      return performance.now() - began
    }
    const [sends, bare]: [number[], number[]] = [[], []]
    for (let n = 0; n < SINGLE_SENDS; n++) {
      const key = { idempotencyKey: `single-${n}` }
      sends.push(await timed(() => runtime.send(id, { type: 'ADD', by: 1 }, key)))
      bare.push(await timed(() => sql`update bench_row set n = n + 1 where id = 1`))
    }
    await sql`drop table bench_row`
    const figures = (name: string, values: number[]): Figure[] => [
      { name: `${name}, median`, value: quantile(values, 0.5), unit: 'ms' },
      { name: `${name}, 99 of 100`, value: quantile(values, 0.99), unit: 'ms' },
    ]
    return [...figures('single send', sends), ...figures('bare commit', bare)]
  })
