import type { Store } from '../store.ts'
import * as activities from './activities.ts'
import * as commits from './commit.ts'
import * as journal from './journal.ts'
import * as mail from './mail.ts'
import * as parking from './parking.ts'
import * as processes from './processes.ts'
import * as pruning from './pruning.ts'
import * as systems from './systems.ts'
import type { Statement } from './statement.ts'
import { Tables } from './tables.ts'

type Statements = { [Name in Exclude<keyof Store, 'listen' | 'notify'>]: Statement<Name> }

const statements: Statements = {
  ...activities,
  ...commits,
  ...journal,
  ...mail,
  ...parking,
  ...processes,
  ...pruning,
  ...systems,
}

export type { Tables as MemoryTables } from './tables.ts'

export type MemoryStoreOptions = {
  /** The database's clock, in milliseconds. */
  now(): number
  uuid(): string
}

/**
 * A store without a database, for simulations: the same statements with the same meaning, each at once and wholly. Nothing
 * outlives the process. `test/db/memory.test.ts` holds it against Postgres.
 */
export function memoryStore({ now, uuid }: MemoryStoreOptions): { store: Store; tables: Tables } {
  const tables = new Tables(now, uuid)
  const bound = Object.entries(statements).map(([name, statement]) => [
    name,
    async (...given: unknown[]) => (statement as (tables: Tables, ...given: unknown[]) => unknown)(tables, ...given),
  ])
  const store = { ...(Object.fromEntries(bound) as Store), ...channels() }
  return { store, tables }
}

function channels(): Pick<Store, 'listen' | 'notify'> {
  const listeners = new Map<string, Set<(payload: string) => void>>()
  return {
    listen: async (channel, hear) => {
      const on = listeners.get(channel) ?? new Set()
      listeners.set(channel, on.add(hear))
      return { unlisten: async () => void on.delete(hear) }
    },
    notify: async (channel, payload) => {
      for (const hear of listeners.get(channel) ?? []) hear(payload)
    },
  }
}
