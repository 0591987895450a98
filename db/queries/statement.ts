import type { Sql } from '../connect.ts'

type Cell = string | number | null
type Given = Cell | string[] | number[]
type ArrayType = 'text' | 'uuid' | 'bigint' | 'int'

/**
 * A statement put together as text. Its plan is kept by the connection under that text, so the same parts in the same order are
 * to give the same text, whatever the values.
 */
export class Statement {
  readonly #given: unknown[] = []
  readonly #parts: string[] = []

  /** The parameter that stands for a value. */
  value = (value: Given, type: string): string => `$${this.#given.push(value)}::${type}`

  /** JSON text: sent as text, since a parameter of type json would be encoded once more. */
  json = (text: string | null): string => `${this.value(text, 'text')}::json`

  add(part: string) {
    this.#parts.push(part)
  }

  /** `unnest` of one array per column, as table `x`; `n` is a row's place. */
  rows<Name extends string>(rows: NoInfer<Record<Name, Cell>>[], types: Record<Name, ArrayType>): string {
    const names = Object.keys(types) as Name[]
    const arrays = names.map((name) => this.value(rows.map((row) => row[name]) as string[], `${types[name]}[]`))
    return `unnest(${arrays.join(', ')}) with ordinality as x (${names.map((name) => `"${name}"`).join(', ')}, n)`
  }

  run<Row extends object>(sql: Sql): Promise<Row[]> {
    return sql.unsafe<Row[]>(this.#parts.join('\n'), this.#given as never[], { prepare: true })
  }
}
