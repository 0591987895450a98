import type postgres from 'postgres'

type Column = { table: string; name: string }

/** Of every table that keeps something of a system, the columns that are not numbered by the database. */
const columnsOf = async (sql: postgres.Sql) => {
  const columns = await sql<Column[]>`
    select table_name as table, column_name as name from information_schema.columns
    where table_schema = 'public' and is_identity = 'NO' and is_generated = 'NEVER' and table_name in (
      select 'system' union
      select table_name from information_schema.columns where table_schema = 'public' and column_name = 'system_id')
    order by table_name, ordinal_position`
  return Map.groupBy(columns, ({ table }) => table)
}

/**
 * Copies every row of one system to systems `stored-<from>` to `stored-<to - 1>`: a million of them are there in a minute
 * or two, as if they had been spawned. Mail gets ids of its own, timers fall due an hour from now and later.
 */
export async function cloneSystems(sql: postgres.Sql, id: string, from: number, to: number): Promise<void> {
  const tables = await columnsOf(sql)
  for (const [table, columns] of tables) {
    const system = table === 'system' ? 'id' : 'system_id'
    const value = (name: string) => {
      if (name === system) return `'stored-' || i`
      if (table === 'mailbox' && name === 'id') return 'gen_random_uuid()'
      if (table === 'mailbox' && name === 'due') return '(extract(epoch from now()) * 1000 + 3600000 + i)::bigint'
      return `t."${name}"`
    }
    const names = columns.map(({ name }) => `"${name}"`).join(', ')
    const values = columns.map(({ name }) => value(name)).join(', ')
    await sql.unsafe(
      `insert into "${table}" (${names}) select ${values} from generate_series(${from}, ${to - 1}) i, "${table}" t where t."${system}" = $1`,
      [id],
    )
  }
  // What autovacuum would have done within its first minute.
  await sql.unsafe('vacuum (analyze)')
}

export const storedId = (n: number): string => `stored-${n}`
