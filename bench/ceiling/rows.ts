import postgres from 'postgres'
import { openDatabase } from '../../db/index.ts'
import { add, spawnAccounts, withRuntime } from '../account.ts'

/** The rows that a transition of the bench's machine leaves, as Adjutant writes them; one of them shows how. */
export type Entry = { event: string; value: string; delta: string }

/** Makes Adjutant's tables with `systems` systems, `bare-0` and on, and returns what an entry of theirs holds. */
export async function prepareRows(url: string, systems: number): Promise<Entry> {
  const id = await withRuntime(url, async (runtime) => {
    const [id] = await spawnAccounts(runtime, 1)
    for (let n = 0; n < 10; n++) await runtime.send(id as string, add, { wait: 'processed' })
    return id as string
  })
  const { sql, close } = await openDatabase(url)
  try {
    await sql`
      insert into system (id, machine, version, definition, tenant, input_hash, seq, checkpoint_seq, turn, time, status)
      select 'bare-' || i, machine, version, definition, tenant, input_hash, 1, 0, turn, time, status
      from system, generate_series(0, ${systems - 1}::int) i where id = ${id}`
    const [entry] = await sql<Entry[]>`
      select event::text as event, value::text as value, delta::text as delta from journal
      where system_id = ${id} order by seq desc limit 1`
    return entry as Entry
  } finally {
    await close()
  }
}

/** One connection per statement in flight, nothing else set. */
export const connect = (url: string, max: number) => postgres(url, { max, onnotice: () => {}, fetch_types: false })
