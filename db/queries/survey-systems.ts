import type { Sql } from '../connect.ts'

export type SurveyedSystem = {
  id: string
  machine: string
  version: string
  definition: string
  status: 'active' | 'parked'
  reason: { code: string; message: string } | null
}

/** Systems that have not ended, in order of their ids: those after `after`, of one machine if it is named. */
export const surveyPage = (sql: Sql, page: { after: string; machine?: string | undefined; limit: number }) => sql<
  SurveyedSystem[]
>`
  select id, machine, version, definition, status, reason from system
  where id > ${page.after} and status <> 'done' ${page.machine === undefined ? sql`` : sql`and machine = ${page.machine}`}
  order by id limit ${page.limit}`

export const surveyNamed = (sql: Sql, ids: string[]) => sql<SurveyedSystem[]>`
  select id, machine, version, definition, status, reason from system
  where id = any(${ids}::text[]) and status <> 'done' order by id`

export type SystemTally = { machine: string; version: string; definition: string; active: number; parked: number }

/** How many systems live, by what they were made by. */
export const tallySystems = (sql: Sql) => sql<SystemTally[]>`
  select machine, version, definition,
    count(*) filter (where status = 'active')::int as active, count(*) filter (where status = 'parked')::int as parked
  from system where status <> 'done' group by machine, version, definition order by machine, version, definition`

/** No process has ever opened this database for more than a look. */
export async function isUnused(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ unused: boolean }[]>`select to_regclass('system') is null as unused`
  return row?.unused ?? false
}
