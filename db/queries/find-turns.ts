import type { Sql } from '../connect.ts'
import { columns } from './columns.ts'

/** Which of these systems have an entry of that turn just after `base`: their commit did happen. */
export const findTurns = (sql: Sql, turn: string, systems: { id: string; base: number | null }[]) => sql<
  { id: string }[]
>`
  select x.id from ${columns(sql, systems, ({ base }) => [{ base }], { base: 'bigint' })}
  join journal j on j.system_id = x.id and j.seq = coalesce(x.base, 0) + 1 where j.turn = ${turn}`
