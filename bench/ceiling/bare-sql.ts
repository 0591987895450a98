import { randomUUID } from 'node:crypto'
import { createMeter, type Contestant } from '../measurement.ts'
import { connect, prepareRows } from './rows.ts'

const BATCH = 500
const SYSTEMS = 8 * BATCH

const bareSql: Contestant = {
  name: 'barest SQL, in batches',
  version: 'postgres.js 3.4.9',
  unit: `the same two rows a transition, an update and an insert, ${BATCH} of each in a statement, and nothing else: no mailbox, no keys looked up, no XState`,
  concurrencies: [1, 2, 3, 4],
  async run({ url }, { seconds, concurrency }) {
    const entry = await prepareRows(url, SYSTEMS)
    const sql = connect(url, concurrency)
    try {
      const meter = createMeter({ seconds })
      const rounds = new Array<number>(concurrency).fill(1)
      const loop = async (_: unknown, which: number) => {
        const ids = Array.from({ length: BATCH }, (_, i) => `bare-${which * BATCH + i}`).sort()
        const texts = `{${ids.join(',')}}`
        while (meter.open) {
          const base = rounds[which]!++
          const keys = `{${ids.map((id) => `${id}-${base}`).join(',')}}`
          const { count } = await sql`
            with moved as (
              update system set seq = seq + 1, turn = ${randomUUID()}, time = ${Date.now()}::text::bigint
              where id = any(${texts}::text::text[]) and seq = ${base}::text::bigint returning id, seq, turn, time)
            insert into journal (system_id, seq, turn, incarnation, address, at, event, value, delta, key)
            select m.id, m.seq, m.turn, '1.0', '', m.time, ${entry.event}::text::json, ${entry.value}::text::json, ${entry.delta}::text::json, k.key
            from moved m join unnest(${texts}::text::text[], ${keys}::text::text[]) k (id, key) using (id)`
          meter.count(count)
        }
      }
      await Promise.all(Array.from({ length: concurrency }, loop))
      return await meter.rate()
    } finally {
      await sql.end()
    }
  },
}

export const contestants = [bareSql]
