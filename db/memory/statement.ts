import type { Store } from '../store.ts'
import type { Tables } from './tables.ts'

/** A statement on tables in memory: at once, so that no other comes between. */
export type Statement<Name extends keyof Store> = (
  tables: Tables,
  ...given: Parameters<Store[Name]>
) => Awaited<ReturnType<Store[Name]>>
