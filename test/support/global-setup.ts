import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { embeddedStatus, openDatabase, openEmbedded, stopEmbedded } from '../../db/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the server's maintenance database, with rights to create others. */
    serverUrl: string
  }
}

const prefix = 'adjutant-test-'

/** One embedded server for the whole run, durable as in the product, with a migrated template that tests clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeAbandoned()
  const home = mkdtempSync(path.join(tmpdir(), prefix))
  chmodSync(home, 0o711) // run by root, the server's user must get in
  const server = await openEmbedded({ home, max: 1, maxConnections: 200 })
  const at = (database: string) => server.url.replace(/[^/]*$/, database)
  await server.sql`create database template_migrated`
  await (await openDatabase(at('template_migrated'), { max: 2 })).close()
  project.provide('serverUrl', at('postgres'))
  return async () => {
    await server.close()
    await stopEmbedded(home)
    rmSync(home, { recursive: true, force: true })
  }
}

// A run that was killed leaves its folder; its server was stopped by the watchdog. A young folder may be one that
// another run is about to use.
function removeAbandoned(): void {
  const homes = readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))
  for (const home of homes.map((name) => path.join(tmpdir(), name))) {
    const stat = statSync(home, { throwIfNoEntry: false })
    if (stat?.uid !== process.getuid?.() || Date.now() - (stat?.mtimeMs ?? 0) < 60_000) continue
    const { state, inUse } = embeddedStatus(home)
    if (state !== 'running' && !inUse) rmSync(home, { recursive: true, force: true })
  }
}
