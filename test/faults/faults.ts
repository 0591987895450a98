// `npm run faults`: the workload on several processes and a real Postgres while harm is done to all of them, then the
// checker. `-- --seconds 3600` for an hour, `--seed 7`, `--processes 3`, `--keep` for the recording of a run without fault.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { FaultName } from './nemesis.ts'
import { startServer } from './postgres.ts'
import { weather } from './storm.ts'
import { figuresOf } from './verdict.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    processes: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
  },
})

// An hour is many storms on one growing database: each is checked while it is remembered.
const ROUND_S = 75
const DISK_MB = 3_000
const toPostgres: FaultName[] = [
  'postgres killed (-9)',
  'postgres restarted',
  'backend killed (-9)',
  'connections exhausted',
  'locks held',
  'deadlock',
  'statements failed (40001, 40P01)',
]
const toOthers: FaultName[] = [
  'process stopped past its lease',
  'process killed (-9)',
  'wire cut',
  'answers swallowed',
  'answers delayed',
  'connections terminated',
  'clock jumped',
]

async function main() {
  const seed = Number(values.seed)
  const end = performance.now() + Number(values.seconds) * 1_000
  const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-faults-log-'))
  const server = await startServer({ smallDisk: DISK_MB })
  const disk = server.small ? (['disk full'] as const) : []
  if (!server.small) console.log('disk full: skipped, this user may make no small file system')
  console.log(`seed ${seed}, ${values.processes} processes, ${values.seconds} s; logs in ${folder}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void server.close().finally(() => process.exit(130)))
  let violated = 0
  try {
    for (let round = 1; performance.now() < end - 5_000; round++) {
      const forMs = Math.min(ROUND_S * 1_000, end - performance.now())
      const after = await weather({
        ...{ server, seed: seed + 1_000 * round, processes: Number(values.processes), forMs, leaseMs: 2_000 },
        ...{
          toPostgres: [...toPostgres, ...disk],
          toOthers,
          restMs: [500, 2_500],
          clients: 40,
          pauseMs: 300,
          longestMs: 1_500,
        },
        ...{ folder: path.join(folder, `round-${round}`), prefix: `r${round}-`, tell: () => {} },
      })
      console.log(`\nround ${round}, ${Math.round(forMs / 1_000)} s of harm`)
      for (const line of figuresOf(after)) console.log(`  ${line}`)
      for (const { rule, sentence } of after.violations) console.log(`  ✖ ${rule}: ${sentence}`)
      if (after.violations.length || values.keep)
        writeFileSync(path.join(folder, `round-${round}`, 'evidence.json'), JSON.stringify(after.evidence, null, 1))
      violated += after.violations.length
    }
  } finally {
    await server.close()
  }
  if (!violated && !values.keep) rmSync(folder, { recursive: true, force: true })
  console.log(
    violated ? `\n✖ ${violated} violations; recordings in ${folder}` : '\n✔ nothing was lost, doubled or out of order',
  )
  process.exitCode = violated ? 1 : 0
}

await main()
