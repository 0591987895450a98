import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { createPool } from '../../db/connect.ts'
import { openDatabase, restoreBackup } from '../../db/index.ts'
import { migrate } from '../../db/migrate.ts'
import { readMigrations } from '../../db/migration-files.ts'
import { machines } from '../../machines/index.ts'
import { createRuntime } from '../../runtime/index.ts'
import { castOf, stagehand } from '../corpus/cast.ts'
import { runToEnd } from '../corpus/ending.ts'
import { createTestDatabase } from '../support/database.ts'

vi.setConfig({ testTimeout: 90_000 })

const stored = new URL('../corpus/0.1.0/plain-3.sql.gz', import.meta.url)

/** The migrations there are, and two of a version to come. */
async function toCome() {
  const folder = await mkdtemp(path.join(tmpdir(), 'adjutant-to-come-'))
  const known = await readMigrations()
  const number = (n: number) => String(known.length + n).padStart(4, '0')
  for (const { name, text } of known) await writeFile(path.join(folder, name), text)
  await writeFile(path.join(folder, `${number(1)}_more.sql`), "alter table system add column more text default 'x'")
  const index = 'create index concurrently journal_at on journal (at);'
  await writeFile(path.join(folder, `${number(2)}_index.sql`), `-- online\n${index}`)
  const migrations = await readMigrations(pathToFileURL(`${folder}/`))
  await rm(folder, { recursive: true })
  return migrations
}

test('a process of the version before goes on while the schema is migrated under it, and is refused when it starts again', async () => {
  const { database, url, drop } = await createTestDatabase({ max: 4 })
  const newer = createPool(url, 2)
  try {
    const bytes = gunzipSync(await readFile(stored))
    await restoreBackup(database.sql, [bytes] as never)
    const clock = stagehand()
    const problems: unknown[] = []
    const log = (...problem: unknown[]) => problems.push(problem)
    const runtime = await createRuntime({ database, machines, activities: castOf(clock), clock, log })
    await runtime.start()
    const running = runToEnd(runtime, 'plain', clock)
    await migrate(newer, await toCome())
    expect(await running).toBe('completed')
    await runtime.close()
    expect(problems).toEqual([])
    await expect(openDatabase(url)).rejects.toMatchObject({ code: 'database.newer' })
  } finally {
    await newer.end()
    await drop()
  }
})
