import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startServer } from './postgres.ts'
import type { FaultName } from './nemesis.ts'
import { weather } from './storm.ts'
import { figuresOf } from './verdict.ts'

const toPostgres: FaultName[] = ['postgres killed (-9)']
const toOthers: FaultName[] = ['process stopped past its lease', 'process killed (-9)', 'wire cut']

const folders = () => new Set(readdirSync(tmpdir()).filter((name) => name.startsWith('adjutant-faults-')))

test(
  'Postgres and processes are killed, stopped and cut off while they work: nothing is lost, doubled or out of order',
  { timeout: 400_000 },
  async () => {
    const before = folders()
    const folder = mkdtempSync(path.join(tmpdir(), 'storm-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const server = await startServer({})
    const after = await weather({
      ...{ server, seed: 1, processes: 2, forMs: 5_000, leaseMs: 800, toPostgres, toOthers, restMs: [200, 700] },
      least: { acknowledged: 50 },
      ...{ clients: 12, pauseMs: 100, longestMs: 500, folder, prefix: 's-', tell: () => {} },
    }).finally(() => server.close())
    expect(after.violations, figuresOf(after).join('\n')).toEqual([])
    const { lines } = after.evidence
    const done = new Set(lines.flatMap((line) => (line.type === 'fault' ? [line.kind] : [])))
    expect([...toPostgres, ...toOthers].filter((name) => !done.has(name))).toEqual([])
    expect(lines.filter((line) => line.type === 'ended' && line.outcome.as === 'acknowledged').length).toBeGreaterThan(
      50,
    )
    expect([...folders()].filter((name) => !before.has(name))).toEqual([])
  },
)
