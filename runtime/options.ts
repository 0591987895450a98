import type { Database } from '../db/index.ts'
import type { Activity } from './activity.ts'
import type { Limits } from './admission.ts'
import type { Clock } from './clock.ts'
import { node, type Platform } from './platform.ts'
import type { Machines, Registry } from './registry.ts'
import type { OnPoint } from './signals.ts'

export type Role = 'turns' | 'activities'
export type Log = (problem: string, detail: object) => void

/** The part of an open database that a runtime uses. */
export type Storage = Pick<Database, 'store' | 'close'>

export type RuntimeOptions = {
  /** The URL of a Postgres database, or an open one, which stays open when the runtime closes. */
  database: string | Storage
  machines: Machines
  /** By `src`; overrides the logic of that name in `setup`. */
  activities?: Record<string, Activity>
  /** By default the machine's, aligned to the database's. */
  clock?: Clock
  /** A runtime that starts under the name of one that died takes its systems over at once. */
  name?: string
  leaseMs?: number
  roles?: Role[]
  /** Attempts of activities at a time. */
  concurrency?: number
  /** Live systems kept in memory. */
  cacheSize?: number
  /** Sends and spawns that may wait in this process to become durable; beyond, they are refused as `runtime.overloaded`. */
  admission?: Limits
  onPoint?: OnPoint
  /** Node's own by default; a simulation gives another. */
  platform?: Platform
  /** Problems that no caller is there to hear of. Standard error by default. */
  log?: Log
}

export const DEFAULTS = {
  leaseMs: 10_000,
  concurrency: 8,
  cacheSize: 10_000,
  roles: ['turns', 'activities'] as Role[],
  platform: node,
}

/** Options with every default in place. */
export type Resolved = Omit<RuntimeOptions, 'database' | 'clock'> &
  typeof DEFAULTS & { database: Storage; clock: Clock; registry: Registry; ownDatabase: boolean }
