import { hostname } from 'node:os'
import { createActivities, noModels, type ModelAccess } from '../actors/index.ts'
import { openDatabase, openEmbedded, type Database } from '../db/index.ts'
import { machines } from '../machines/index.ts'
import { createRuntime, type Runtime } from '../runtime/index.ts'
import { pointWatcher } from './crash.ts'
import type { Environment } from './environment.ts'
import { keepingHouse } from './housekeeping.ts'
import { readModelAccess } from './model-access.ts'
import type { Shell } from './shell.ts'

/** The whole program put together, for as long as a command needs it. */
export type Adjutant = {
  runtime: Runtime
  database: Database
  environment: Environment
  /** Of a host; the others ask no model, and are not kept from their work by a mistake in models.yaml. */
  models: ModelAccess
}

/**
 * What a process takes on. `host` runs turns and activities: contracts are carried out in it. `control` runs turns only:
 * its commands work whether or not another process is hosting, and it never starts work that ends with it. `reader`
 * changes nothing.
 */
export type Part = 'host' | 'control' | 'reader'

/**
 * Opens database and runtime, hands them to `use`, and closes both whatever happens. A process that is killed holds its
 * systems until its lease runs out; one that starts under the same `name` goes on with them at once.
 */
export async function withAdjutant<T>(
  shell: Shell,
  part: Part,
  use: (adjutant: Adjutant) => Promise<T>,
  name = `${part} ${process.pid}`,
): Promise<T> {
  const { environment, terminal } = shell
  const models = part === 'host' ? await readModelAccess({ environment, terminal }) : noModels
  const database = await openAnyDatabase(environment)
  try {
    const runtime = await createRuntime({
      database,
      machines,
      activities:
        part === 'reader'
          ? {}
          : createActivities({
              home: environment.home,
              env: environment.variables,
              models,
              privateHosts: environment.privateHosts,
            }),
      name: `${hostname()}: ${name}`,
      roles: part === 'host' ? ['turns', 'activities'] : ['turns'],
      log: (problem, detail) => terminal.warn(`adjutant: ${said[problem] ?? `${problem} ${wordsOf(detail)}`}`),
      onPoint: pointWatcher(environment),
      ...(environment.leaseMs && { leaseMs: environment.leaseMs }),
    })
    try {
      if (part !== 'reader') await runtime.start()
      const adjutant = { runtime, database, environment, models }
      return part === 'host' ? await keepingHouse(shell, () => use(adjutant)) : await use(adjutant)
    } finally {
      await runtime.close()
    }
  } finally {
    await database.close()
  }
}

/**
 * Other living processes that work on this directive: `serve`, and whoever runs it too. By their names, as above; those of
 * control commands take no work on.
 */
export async function hostsBeside(runtime: Pick<Runtime, 'peers'>, id: string): Promise<string[]> {
  const names = (await runtime.peers()).map((name) => name.slice(name.indexOf(': ') + 2).replace(/#.*$/, ''))
  return names.flatMap((name) => {
    if (/^(serve|host) /.test(name)) return ['serve']
    return name === `run ${id}` ? ['run'] : []
  })
}

export const openAnyDatabase = (
  { databaseUrl, home }: Environment,
  options: { migrate?: boolean } = {},
): Promise<Database> => (databaseUrl ? openDatabase(databaseUrl, options) : openEmbedded({ home, ...options }))

// What a person may meet without anything being wrong.
const said: Record<string, string> = {
  'lease.replaced': 'the same command was started once more; both go on, side by side',
}

const wordsOf = (detail: object): string =>
  Object.entries(detail)
    .map(([key, value]) => `${key}=${value instanceof Error ? value.message : String(value)}`)
    .join(' ')
