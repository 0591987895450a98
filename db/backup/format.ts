/**
 * A backup is text as `pg_dump` writes it, so that psql could read it, too: a line about it, then each table as a COPY
 * statement with its rows, then a line that says it is whole.
 */
export const tables = [
  'system',
  'actor',
  'journal',
  'mailbox',
  'activity',
  'emitted',
  'projection',
  'dead_letter',
] as const
export type Table = (typeof tables)[number]

export type Header = { format: 1; madeAt: string; migrations: { number: number; name: string; checksum: string }[] }
export type Rows = Partial<Record<Table, number>>

const opening = '-- adjutant backup '
const closing = '-- complete '

/** After the rows of a table. No row is like it: COPY escapes backslashes. */
export const endOfRows = '\\.\n'

export const headerLine = (header: Header) => `${opening}${JSON.stringify(header)}\n`
export const copyLine = (table: Table, columns: readonly string[]) =>
  `COPY ${table} (${columns.join(', ')}) FROM stdin;\n`
export const closingLine = (rows: Rows) => `${closing}${JSON.stringify(rows)}\n`

/** undefined: it is none. */
export function headerIn(line: string): Header | undefined {
  const found = parsed(line, opening) as Partial<Header> | undefined
  return found?.format === 1 && Array.isArray(found.migrations) ? (found as Header) : undefined
}

export const rowsIn = (line: string): Rows | undefined => parsed(line, closing) as Rows | undefined

export type Copy = { table: Table; columns: string[] }

export function copyIn(line: string): Copy | undefined {
  // Names only: what stands in a file becomes a statement.
  const [, name, columns] = /^COPY ([a-z_]+) \(([a-z_]+(?:, [a-z_]+)*)\) FROM stdin;\n$/.exec(line) ?? []
  const table = tables.find((known) => known === name)
  return table && columns ? { table, columns: columns.split(', ') } : undefined
}

export type Cells = (string | null)[]

// https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
const letters: Record<string, string> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v', '\\': '\\' }
const characters = Object.fromEntries(Object.entries(letters).map(([character, letter]) => [letter, character]))

/** A row in COPY's text format. */
export const rowLine = (cells: Cells): string =>
  `${cells.map((cell) => cell?.replaceAll(/[\b\f\n\r\t\v\\]/g, (found) => `\\${letters[found]}`) ?? '\\N').join('\t')}\n`

export const cellsIn = (line: string): Cells =>
  line
    .replace(/\n$/, '')
    .split('\t')
    .map((cell) =>
      cell === '\\N' ? null : cell.replaceAll(/\\(.)/g, (_, letter: string) => characters[letter] ?? letter),
    )

function parsed(line: string, start: string): unknown {
  if (!line.startsWith(start)) return undefined
  try {
    return JSON.parse(line.slice(start.length))
  } catch {
    return undefined
  }
}
