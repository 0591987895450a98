import postgres from 'postgres'
import { add, withRuntime } from '../account.ts'
import { timedForEach, type Workload } from '../measurement.ts'
import { forkWorker } from '../workers/fork.ts'

const EVENTS = 10

export const workload: Workload = {
  name: 'recovery',
  what: 'a process with live systems, ten entries each, is killed (SIGKILL), and mail for each is accepted while nobody runs them; one that starts under its name has processed all of it',
  async run({ url }, { quick }) {
    const systems = quick ? 1_000 : 10_000
    const doomed = forkWorker('doomed.ts', { url, name: 'one', systems, events: EVENTS })
    const ids = await doomed.next<string[]>()
    await doomed.kill()
    await withRuntime(url, (outsider) => timedForEach(ids, 1_000, (id) => outsider.send(id, add)), {
      roles: [],
      name: 'outsider',
    })
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    try {
      const began = performance.now()
      const seconds = await withRuntime(
        url,
        async () => {
          await emptied(sql, 120_000)
          return (performance.now() - began) / 1_000
        },
        { name: 'one' },
      )
      const [row] = await sql<{ whole: number }[]>`
        select count(*)::int as whole from system where seq = ${EVENTS + 2}`
      if (row?.whole !== systems) throw new Error(`${systems - (row?.whole ?? 0)} systems did not process their mail`)
      return [
        {
          name: `${systems} live systems after kill -9, all at work again`,
          value: seconds,
          unit: 's',
          aim: { most: 5 },
        },
      ]
    } finally {
      await sql.end()
    }
  },
}

// A mailbox is empty when the turns that took its mail have committed.
async function emptied(sql: postgres.Sql, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs
  for (;;) {
    const [left] = await sql`select from mailbox limit 1`
    if (!left) return
    if (performance.now() > until) throw new Error('mail was left after two minutes')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
