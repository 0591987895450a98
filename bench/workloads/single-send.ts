import postgres from 'postgres'
import { account, add, withRuntime } from '../account.ts'
import { quantile, type Figure } from '../figures.ts'
import type { Workload } from '../measurement.ts'

const timed = async (act: () => PromiseLike<unknown>) => {
  const began = performance.now()
  await act()
  return performance.now() - began
}

export const workload: Workload = {
  name: 'single send',
  what: 'one send at a time to an idle server, and beside each one bare commit of one statement: what the disk allows',
  async run({ url }, { quick }) {
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    try {
      await sql`create table bench_row (id int primary key, n int not null)`
      await sql`insert into bench_row values (1, 0)`
      const [sends, bare]: [number[], number[]] = [[], []]
      await withRuntime(
        url,
        async (runtime) => {
          const { id } = await runtime.spawn('account')
          const pair = async (n: number) => [
            await timed(() => runtime.send(id, add, { idempotencyKey: `single-${n}` })),
            await timed(() => sql`update bench_row set n = n + 1 where id = 1`),
          ]
          for (let n = 0; n < 200; n++) await pair(-1 - n)
          for (let n = 0; n < (quick ? 300 : 2_000); n++) {
            const [send, commit] = await pair(n)
            sends.push(send as number)
            bare.push(commit as number)
          }
        },
        { machines: { account } },
      )
      return figures(sends, bare)
    } finally {
      await sql.end()
    }
  },
}

function figures(sends: number[], bare: number[]): Figure[] {
  const ms = (name: string, value: number): Figure => ({ name, value, unit: 'ms' })
  const [median, late] = [quantile(sends, 0.5), quantile(sends, 0.99)]
  const [bareMedian, bareLate] = [quantile(bare, 0.5), quantile(bare, 0.99)]
  return [
    ms('a single send, median', median),
    ms('a single send, 99 of 100', late),
    ms('a bare commit beside it, median', bareMedian),
    ms('a bare commit beside it, 99 of 100', bareLate),
    { name: 'send over bare commit, median', value: median / bareMedian, unit: 'times', aim: { most: 2 } },
    { name: 'send over bare commit, 99 of 100', value: late / bareLate, unit: 'times', aim: { most: 3 } },
  ]
}
