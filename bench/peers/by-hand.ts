import postgres from 'postgres'
import { createActor, type Actor, type Snapshot } from 'xstate'
import { account, add } from '../account.ts'
import { steadyRate, type Contestant } from '../measurement.ts'
import { versionIn } from '../version.ts'
import path from 'node:path'

const modules = path.join(import.meta.dirname, '../../node_modules')
const version = `xstate ${versionIn(path.join(modules, 'xstate'))}, postgres.js ${versionIn(path.join(modules, 'postgres'))}`

type Options = { seconds: number; concurrency: number }
type Way = { table: string; connections: number; kept: boolean }

const AS_MOST_WOULD = 'create table snapshot (id int primary key, state jsonb not null)'
// Text that is not parsed, and room in each page, so that an update need not touch the index.
const TUNED = 'create table snapshot (id int primary key, state json not null) with (fillfactor = 50)'

async function drive(
  url: string,
  { seconds, concurrency }: Options,
  { table, connections, kept }: Way,
): Promise<number> {
  const sql = postgres(url, { max: connections, onnotice: () => {} })
  const type = sql.unsafe(table === TUNED ? 'json' : 'jsonb')
  try {
    await sql.unsafe(table)
    const actors = Array.from({ length: concurrency }, () => createActor(account).start())
    const stateOf = (actor: Actor<typeof account>) => JSON.stringify(actor.getPersistedSnapshot())
    for (const [id, actor] of actors.entries())
      await sql`insert into snapshot values (${id}, ${stateOf(actor)}::text::${type})`
    const inMemory = async (id: number) => {
      const actor = actors[id] as Actor<typeof account>
      actor.send(add)
      await sql`update snapshot set state = ${stateOf(actor)}::text::${type} where id = ${id}`
    }
    const readEachTime = (id: number) =>
      sql.begin(async (tx) => {
        const [row] = await tx`select state from snapshot where id = ${id} for update`
        const actor = createActor(account, { snapshot: row?.['state'] as Snapshot<unknown> }).start()
        actor.send(add)
        await tx`update snapshot set state = ${stateOf(actor)}::text::${type} where id = ${id}`
        actor.stop()
      })
    return await steadyRate({ seconds, concurrency }, kept ? inMemory : readEachTime)
  } finally {
    await sql.end()
  }
}

const without = 'no journal, no keys, no timers'

const asMostWould: Contestant = {
  name: 'by hand, actors in memory',
  version,
  unit: `an event to an actor of createActor, and then an update of its persisted snapshot (jsonb): ${without}, one process only`,
  concurrencies: [32, 128, 512],
  times: 2.5,
  run: ({ url }, options) => drive(url, options, { table: AS_MOST_WOULD, connections: 10, kept: true }),
}

const tuned: Contestant = {
  name: 'by hand, actors in memory, tuned',
  version,
  unit: 'the same with json, a fillfactor of 50 and 32 connections',
  concurrencies: [32, 128, 512],
  run: ({ url }, options) => drive(url, options, { table: TUNED, connections: 32, kept: true }),
}

const readEachTime: Contestant = {
  name: 'by hand, snapshot read each time',
  version,
  unit: `select for update, createActor with the snapshot, an event, update, commit: what is safe with several processes; ${without}`,
  concurrencies: [16, 64],
  run: ({ url }, options) => drive(url, options, { table: TUNED, connections: 32, kept: false }),
}

export const contestants = [asMostWould, tuned, readEachTime]
