import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryStore, type MemoryTables, type Store } from '../../db/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { isGiven, life, type Call } from './statement-arbitrary.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ max: 2 })
})
afterAll(() => database.drop())

type Row = Record<string, any>
const names = ['system', 'process', 'mailbox', 'journal', 'actor', 'activity', 'emitted', 'projection', 'dead_letter']
const json = ['event', 'value', 'delta', 'microsteps', 'checkpoint', 'input', 'result', 'reason', 'data']

test('the same calls give the same answers and leave the same rows, in Postgres and in memory', async () => {
  const asked = new Set<string>()
  await fc.assert(
    fc.asyncProperty(life, async (intents) => {
      await emptied()
      const { store, tables } = memoryStore({ now: Date.now, uuid: () => crypto.randomUUID() })
      for (const { describe, call } of intents) {
        const wanted = call(tables)
        asked.add(wanted.name)
        const expected = await answerOf(database.database.store, wanted)
        expect(await answerOf(store, wanted), describe).toEqual(expected)
      }
      expect(inMemory(tables)).toEqual(await inPostgres())
    }),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  )
  expect(asked.size).toBe(Object.keys(database.database.store).length - ['listen', 'notify', 'databaseTime'].length)
}, 120_000)

async function answerOf(store: Store, { name, given }: Call): Promise<unknown> {
  try {
    const answer = await (store[name] as (...given: unknown[]) => Promise<Row[]>)(...structuredClone(given))
    // A statement without `returning` has nothing to say.
    return comparable(answer)
  } catch (error) {
    return { refused: (error as { code?: string }).code }
  }
}

const emptied = () => database.database.sql.unsafe(`truncate ${names.join(', ')} restart identity`)

async function inPostgres(): Promise<Record<string, Row[]>> {
  const { sql } = database.database
  const tables = names.map(async (name) => [name, comparable(await sql.unsafe(`select * from ${name}`))] as const)
  return Object.fromEntries(await Promise.all(tables))
}

function inMemory({ systems, processes, shelves }: MemoryTables): Record<string, Row[]> {
  const each = (
    of: (shelf: MemoryTables['shelves'] extends Map<string, infer Shelf> ? Shelf : never) => Iterable<object>,
  ) => [...shelves].flatMap(([systemId, shelf]) => [...of(shelf)].map((row) => ({ systemId, ...row })))
  const tables: Record<string, Row[]> = {
    system: [...systems.values()],
    process: [...processes.values()],
    mailbox: each(({ mailbox }) => mailbox.values()),
    journal: each(({ journal }) => journal),
    actor: each(({ actors }) => actors.values()),
    activity: each(({ activities }) => activities.values()),
    emitted: each(({ emitted }) => emitted),
    projection: each(({ projections }) => projections.values()),
    dead_letter: each(({ deadLetters }) => deadLetters.values()),
  }
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, comparable(rows.map(parsed))]))
}

// The reason of a dead letter is a plain text.
const isDocument = (value: unknown): value is string =>
  typeof value === 'string' && !value.startsWith('system.') && !value.startsWith('actor.')

const parsed = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      json.includes(name) && isDocument(value) ? JSON.parse(value) : value,
    ]),
  )

// A statement that failed leaves a gap in a sequence: places are compared, not numbers, and those of mail and of timers apart.
function comparable(rows: Row[]): Row[] {
  const plain = (JSON.parse(JSON.stringify(rows)) as Row[]).map(withoutInstants)
  const queued = plain.filter((row) => 'held' in row)
  for (const queue of Object.values(Object.groupBy(queued, ({ systemId, kind }) => `${systemId} ${kind === 'timer'}`)))
    placed(queue ?? [])
  for (const { timers } of plain) placed((timers ?? []) as Row[])
  for (const row of plain) if (row['actors']) row['actors'] = ordered(row['actors'])
  return ordered(plain)
}

const placed = (queue: Row[]) =>
  queue.sort((a, b) => a['n'] - b['n']).forEach((row, place) => Object.assign(row, { n: place }))

const ordered = (rows: Row[]): Row[] =>
  rows
    .map((row) => [JSON.stringify(Object.entries(row).sort()), row] as const)
    .sort()
    .map(([, row]) => row)

// Nor what depends on the moment, or on how a row is laid out.
function withoutInstants({ leaseUntil, heartbeatAt, bytes: _, ...row }: Row): Row {
  const lease = leaseUntil === undefined ? {} : { lives: new Date(leaseUntil).getTime() > Date.now() }
  const heartbeat = heartbeatAt === undefined ? {} : { beaten: heartbeatAt !== null }
  const made = typeof row['id'] === 'string' && row['id'].length === 36 && !isGiven(row['id'])
  return { ...row, ...lease, ...heartbeat, ...(made && { id: 'made by the store' }) }
}
