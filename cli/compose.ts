import { hostname } from 'node:os'
import { createActivities } from '../actors/index.ts'
import { openDatabase, openEmbedded, type Database } from '../db/index.ts'
import { machines } from '../machines/index.ts'
import { createRuntime, type Runtime } from '../runtime/index.ts'
import { pointWatcher } from './crash.ts'
import type { Environment } from './environment.ts'
import type { Shell } from './shell.ts'

/** The whole program put together, for as long as a command needs it. */
export type Adjutant = { runtime: Runtime; database: Database; environment: Environment }

/**
 * What a process takes on. `host` runs turns and activities: contracts are carried out in it. `control` runs turns only:
 * its commands work whether or not another process is hosting, and it never starts work that ends with it. `reader`
 * changes nothing.
 */
export type Part = 'host' | 'control' | 'reader'

/** Opens database and runtime, hands them to `use`, and closes both whatever happens. */
export async function withAdjutant<T>(shell: Shell, part: Part, use: (adjutant: Adjutant) => Promise<T>): Promise<T> {
  const { environment } = shell
  const database = await openAnyDatabase(environment)
  try {
    const runtime = await createRuntime({
      database,
      machines,
      activities: part === 'reader' ? {} : createActivities({ home: environment.home, env: environment.variables }),
      name: `${part}-${hostname()}-${process.pid}`,
      roles: part === 'host' ? ['turns', 'activities'] : ['turns'],
      onPoint: pointWatcher(environment),
      ...(environment.leaseMs && { leaseMs: environment.leaseMs }),
    })
    try {
      if (part !== 'reader') await runtime.start()
      return await use({ runtime, database, environment })
    } finally {
      await runtime.close()
    }
  } finally {
    await database.close()
  }
}

const openAnyDatabase = ({ databaseUrl, home }: Environment): Promise<Database> =>
  databaseUrl ? openDatabase(databaseUrl) : openEmbedded({ home })
