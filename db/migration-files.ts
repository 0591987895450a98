import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

export type Migration = {
  number: number
  name: string
  checksum: string
  text: string
  /** Run statement by statement, outside of a transaction. */
  online: boolean
}

const onlineMark = /^-- online\n/

/**
 * The migrations in a folder, in order. Files are named `0001-what-it-does.sql`; other names are an error, so that a typing
 * mistake is not silently left out. A file whose first line is `-- online` holds only statements that can be repeated.
 */
export async function readMigrations(folder: URL = new URL('./migrations/', import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)))
  migrations.forEach((migration, i) => {
    if (migration.number !== i + 1) throw new Error(`migration ${migration.name} should be number ${i + 1}`)
  })
  return migrations
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const number = /^(\d{4})[-_]/.exec(name)?.[1]
  if (!number) throw new Error(`migration ${name} has no four-digit number`)
  // A checkout with CRLF line ends is the same migration.
  const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
  const checksum = createHash('sha256').update(text).digest('hex')
  const migration = { number: Number(number), name, checksum, text, online: onlineMark.test(text) }
  if (migration.online) for (const statement of statementsOf(migration)) requireRepeatable(name, statement)
  return migration
}

// A process that is killed in the middle leaves some of the statements done: the next one runs all of them again.
const repeatable = [
  /^create (unique )?index concurrently (if not exists )?\w+ on /i,
  /^drop index concurrently if exists \w+$/i,
  /^alter table \w+ validate constraint \w+$/i,
]

function requireRepeatable(name: string, statement: string) {
  if (repeatable.some((form) => form.test(statement))) return
  throw new Error(
    `migration ${name} is marked as online, so it may be run twice: "${statement.slice(0, 60)}" belongs into one that is not`,
  )
}

/** The statements of an online migration, without comments and on one line each. */
export const statementsOf = ({ text }: Migration): string[] =>
  text
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean)

/** What an index built online is called; undefined for another statement. */
export const indexBuilt = (statement: string): string | undefined =>
  /^create (?:unique )?index concurrently (?:if not exists )?(\w+) on /i.exec(statement)?.[1]
