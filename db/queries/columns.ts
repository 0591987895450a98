import type { Sql } from '../connect.ts'

type Cell = string | number | null
// No booleans: postgres.js takes the type of an array from its first item, and would send a scalar.
type ArrayType = 'text' | 'uuid' | 'bigint' | 'int'

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * `unnest` of one array per column: any number of rows without the limit of 65,535 parameters. Each row is led by the `id` of
 * what it belongs to and followed by `n`, its place.
 */
export function columns<Owner extends { id: string }, Name extends string>(
  sql: Sql,
  owners: Owner[],
  rowsOf: (owner: Owner) => NoInfer<Record<Name, Cell>>[],
  types: Record<Name, ArrayType>,
) {
  const names = Object.keys(types) as Name[]
  const ids: string[] = []
  const cells = names.map((): Cell[] => [])
  for (const owner of owners)
    for (const row of rowsOf(owner)) {
      ids.push(owner.id)
      names.forEach((name, i) => cells[i]?.push(row[name]))
    }
  const arrays = names.map((name, i) => sql`, ${cells[i] as never}::${sql.unsafe(types[name])}[]`)
  const titles = ['id', ...names.map(snake), 'n'].join(', ')
  return sql`unnest(${ids}::text[]${arrays}) with ordinality as x (${sql.unsafe(titles)})`
}
