import { randomUUID } from 'node:crypto'
import { memoryStore } from '../../db/index.ts'
import type { Storage } from '../options.ts'

/**
 * A database in memory, for `createRuntime`: the same statements as on Postgres with the same meaning. Runtimes that share it
 * are processes on one database. It is gone with this process, and its leases run by this computer's clock.
 */
export const memoryDatabase = (): Storage => ({
  store: memoryStore({ now: Date.now, uuid: randomUUID }).store,
  close: async () => {},
})
