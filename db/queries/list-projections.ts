import type { Sql } from '../connect.ts'

export type ProjectionRow = { systemId: string; address: string; kind: string; key: string; data: any; seq: number }

/**
 * Rows of one kind, newest system first (ids grow with time). `after`: `<system id>/<address>` of the last row seen, or a system.
 * An address is never cut, so that its name is a safe cursor: there may be a few rows more than `limit`.
 */
export const listProjections = (
  sql: Sql,
  list: { kind: string; key?: string; systemId?: string; after?: string; limit: number },
) => {
  const [after, ...address] = list.after?.split('/') ?? []
  return sql<ProjectionRow[]>`
  select * from (select system_id, address, kind, key, data, seq from projection
  where kind = ${list.kind}
    ${list.key === undefined ? sql`` : sql`and key = ${list.key}`}
    ${list.systemId === undefined ? sql`` : sql`and system_id = ${list.systemId}`}
    ${after === undefined ? sql`` : sql`and (system_id < ${after} ${address.length ? sql`or system_id = ${after} and address > ${address.join('/')}` : sql``})`}
  order by system_id desc, address fetch first ${list.limit} rows with ties) page order by system_id desc, address, key`
}
