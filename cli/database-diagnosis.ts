import { listParked, openDatabase, openEmbedded, type Database, workWithoutHost } from '../db/index.ts'
import type { Finding } from './diagnosis.ts'
import type { Environment } from './environment.ts'
import { short } from './identity.ts'

/** Whether the database opens, and whether something in it waits for a person or for a process. */
export async function* databaseFindings({ databaseUrl, home }: Environment): AsyncGenerator<Finding> {
  const subject = 'database'
  let database: Database | undefined
  try {
    const from = performance.now()
    database = databaseUrl ? await openDatabase(databaseUrl) : await openEmbedded({ home })
    const took = `opened in ${((performance.now() - from) / 1000).toFixed(1)}s`
    const what = databaseUrl ? 'the server in DATABASE_URL' : 'the embedded Postgres'
    yield { subject, status: 'ok', found: `${what}, ${took}` }
    yield* parkedFindings(database)
    yield* waitingFindings(database)
  } catch (error) {
    const advice = databaseUrl
      ? 'correct DATABASE_URL, or unset it to use the embedded database'
      : 'or set DATABASE_URL to a Postgres server (15 to 18) of yours'
    yield { subject, status: 'problem', found: (error as Error).message, advice }
  } finally {
    await database?.close()
  }
}

const mostShown = 5

async function* parkedFindings({ sql }: Database): AsyncGenerator<Finding> {
  const parked = await listParked(sql)
  for (const { id, machine, reason } of parked.slice(0, mostShown))
    yield {
      subject: 'parked',
      status: 'warning',
      found: `${machine} ${short(id)} cannot be run: ${reason.message}`,
      advice: `its mail is kept; when the reason is gone, \`adjutant unpark ${short(id)}\` tries again`,
    }
  if (parked.length > mostShown)
    yield {
      subject: 'parked',
      status: 'warning',
      found: `${parked.length - mostShown} more`,
      advice: '`adjutant unpark` lists them',
    }
}

async function* waitingFindings({ sql }: Database): AsyncGenerator<Finding> {
  const [waiting] = await workWithoutHost(sql)
  if (!waiting || waiting.systems === 0) return
  const [things, have] = waiting.systems === 1 ? ['directive', 'has'] : ['directives', 'have']
  yield {
    subject: 'waiting',
    status: 'warning',
    found: `${waiting.systems} ${things} ${have} work to do, and no process does it`,
    advice: '`adjutant serve` goes on with all of them, `adjutant run ID` with one',
  }
}
