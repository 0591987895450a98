import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openEmbedded, stopEmbedded } from '../db/index.ts'
import type { Server } from './measurement.ts'

/** An embedded Postgres of the bench's own, durable as in the product. */
export async function startServer() {
  const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-bench-'))
  chmodSync(folder, 0o711) // run by root, the server's user must get in
  const home = path.join(folder, 'home')
  mkdirSync(home)
  const database = await openEmbedded({ home, max: 2, maxConnections: 400 })
  const { sql, url } = database
  let databases = 0
  const settings = ['server_version', 'fsync', 'synchronous_commit', 'shared_buffers', 'max_wal_size']

  /** Lends an empty database and a folder for as long as `use` takes. What others wrote before is on disk by then. */
  async function withDatabase<T>(use: (server: Server) => Promise<T>): Promise<T> {
    const name = `bench_${++databases}`
    const work = path.join(folder, name)
    mkdirSync(work)
    await sql.unsafe(`create database ${name}`)
    await sql`checkpoint`
    try {
      return await use({ url: url.replace(/[^/]*$/, name), folder: work })
    } finally {
      await sql.unsafe(`drop database ${name} with (force)`)
      rmSync(work, { recursive: true, force: true })
    }
  }

  return {
    withDatabase,
    /** What it runs with. */
    async settings(): Promise<string> {
      const rows = await Promise.all(settings.map((name) => sql`select current_setting(${name}) as value`))
      const [version, ...values] = rows.map(([row]) => String(row?.['value']))
      return [version, ...values.map((value, i) => `${settings[i + 1]} ${value}`)].join(', ')
    },
    async stop() {
      await database.close().catch(() => {})
      await stopEmbedded(home)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type BenchServer = Awaited<ReturnType<typeof startServer>>
