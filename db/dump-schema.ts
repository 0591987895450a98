import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describeSchema } from './describe-schema.ts'
import { openEmbedded, stopEmbedded } from './index.ts'

// A program: writes schema.sql, so that a reviewer sees what a migration makes of the schema.
const home = await mkdtemp(path.join(tmpdir(), 'adjutant-schema-'))
await chmod(home, 0o711) // run by root, the server's user must get in
const database = await openEmbedded({ home })
try {
  await writeFile(new URL('./schema.sql', import.meta.url), await describeSchema(database.sql))
} finally {
  await database.close()
  await stopEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
