import { createInterface } from 'node:readline'
import { embeddedStatus, openEmbedded } from '../../db/index.ts'

// A program: opens the embedded database of a home, then answers each line of SQL on stdin with a line of JSON.
const [home = '', graceMs] = process.argv.slice(2)
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`)
try {
  const database = await openEmbedded({ home, graceMs: Number(graceMs) })
  say({ ...embeddedStatus(home), url: database.url })
  for await (const line of createInterface({ input: process.stdin })) {
    say(await database.sql.unsafe(line).catch((error) => ({ error: error.message })))
  }
  await database.close()
} catch (error) {
  say({ error: (error as Error).message })
}
