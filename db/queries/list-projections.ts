import type { Sql } from '../connect.ts'

export type ProjectionRow = { systemId: string; address: string; kind: string; key: string; data: any; seq: number }

/** Rows of one kind, newest system first (ids grow with time); `after` is the last system seen. */
export const listProjections = (
  sql: Sql,
  list: { kind: string; key?: string; systemId?: string; after?: string; limit: number },
) => sql<ProjectionRow[]>`
  select system_id, address, kind, key, data, seq from projection
  where kind = ${list.kind}
    ${list.key === undefined ? sql`` : sql`and key = ${list.key}`}
    ${list.systemId === undefined ? sql`` : sql`and system_id = ${list.systemId}`}
    ${list.after === undefined ? sql`` : sql`and system_id < ${list.after}`}
  order by system_id desc, address, key limit ${list.limit}`
