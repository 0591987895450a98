import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { createPool } from '../../db/connect.ts'
import { preparePlace } from '../../db/embedded/place.ts'
import { ensureServer, stopServer } from '../../db/embedded/server.ts'
import { openDatabase } from '../../db/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the server's maintenance database, with rights to create others. */
    serverUrl: string
  }
}

export const templateName = 'template_migrated'

/** One embedded server for the whole run, durable as in the product, with a migrated template that tests clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(path.join(tmpdir(), 'adjutant-test-'))
  const place = preparePlace(home)
  const { url } = await ensureServer(place, { maxConnections: 200 })
  const serverUrl = url.replace(/[^/]*$/, 'postgres')
  await createTemplate(serverUrl)
  project.provide('serverUrl', serverUrl)
  return async () => {
    await stopServer(place)
    for (const folder of [home, place.state]) rmSync(folder, { recursive: true, force: true })
  }
}

async function createTemplate(serverUrl: string): Promise<void> {
  const sql = createPool(serverUrl, 1)
  await sql.unsafe(`create database ${templateName}`)
  await sql.end()
  const template = await openDatabase(serverUrl.replace(/[^/]*$/, templateName), { max: 2 })
  await template.close()
}
