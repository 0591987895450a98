// Measures on one embedded Postgres, durable as in the product: the ceiling, Adjutant, and others who do the nearest thing.
// npm run bench -- [--only NAME] [--seconds 5] [--quick] [--json FILE] [--plots DIR] [--results DIR]
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, lineOf } from './figures.ts'
import { endAll, inChild } from './in-child.ts'
import { installPeers } from './install.ts'
import type { Contestant, Workload } from './measurement.ts'
import { measurements, type Measured } from './measurements.ts'
import { plotsOf } from './report/plots.ts'
import { best, type Compared, type Results, type WorkloadResult } from './report/results.ts'
import { resultsTable } from './report/table.ts'
import { startServer, type BenchServer } from './server.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    plots: { type: 'string' },
    results: { type: 'string' },
  },
})
const { quick, only } = values
const seconds = Number(values.seconds ?? (quick ? 1 : 5))
// A million systems are made in some minutes on a slow disk.
const WORKLOAD_PATIENCE_MS = 600_000
const CONTESTANT_PATIENCE_MS = 60_000 + seconds * 3_000

const chosen = measurements.filter(({ name }) => !only || only.some((each) => name.includes(each.toLowerCase())))
if (!chosen.length) {
  console.error(`nothing is called so; there are: ${measurements.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const say = (text: string) => process.stderr.write(text)
const began = performance.now()
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

if (chosen.some(({ file }) => file.startsWith('peers/'))) {
  say('the packages of the others …\n')
  await installPeers().catch((error: unknown) => say(`${reasonOf(error)}\n`))
}
let interrupted = false
const starting = startServer()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    interrupted = true
    endAll()
    void starting.then((server) => server.stop()).finally(() => process.exit(130))
  })
const server = await starting
try {
  const results: Results = {
    at: new Date().toISOString(),
    machine: describeMachine(await server.settings()),
    options: { seconds, quick },
    compared: [],
    workloads: [],
  }
  for (const [i, measured] of chosen.entries()) {
    if (interrupted) break
    const place = `[${i + 1}/${chosen.length}, ${Math.round((performance.now() - began) / 1_000)} s]`
    say(`${place} ${measured.name}\n`)
    if (measured.kind === 'workload') results.workloads.push(await runWorkload(server, measured))
    else results.compared.push(...(await runContestants(server, measured)))
  }
  if (!interrupted) write(results)
} finally {
  endAll()
  await server.stop()
}

type Described = { what?: string; contestants: Omit<Contestant, 'run'>[] }

async function runWorkload(server: BenchServer, { name, file }: Measured): Promise<WorkloadResult> {
  const { what = '' } = await inChild<Described>({ kind: 'describe', file }, CONTESTANT_PATIENCE_MS)
  try {
    const figures = await server.withDatabase((lent) =>
      inChild<Awaited<ReturnType<Workload['run']>>>(
        { kind: 'workload', file, server: lent, seconds, quick },
        WORKLOAD_PATIENCE_MS,
      ),
    )
    for (const figure of figures) say(`    ${lineOf(figure)}\n`)
    return { name, what, figures }
  } catch (error) {
    say(`    failed: ${reasonOf(error)}\n`)
    return { name, what, figures: [], failed: reasonOf(error) }
  }
}

async function runContestants(server: BenchServer, { name, file }: Measured): Promise<Compared[]> {
  try {
    const { contestants } = await inChild<Described>({ kind: 'describe', file }, CONTESTANT_PATIENCE_MS)
    const compared: Compared[] = []
    for (const each of contestants) compared.push(await runContestant(server, file, each))
    return compared
  } catch (error) {
    say(`    failed: ${reasonOf(error)}\n`)
    return [{ name, version: '', unit: '', tries: [], failed: reasonOf(error) }]
  }
}

async function runContestant(
  server: BenchServer,
  file: string,
  { name, concurrencies, ...described }: Omit<Contestant, 'run'>,
): Promise<Compared> {
  const compared: Compared = { name, ...described, tries: [] }
  for (const concurrency of quick ? concurrencies.slice(-1) : concurrencies) {
    try {
      const perSecond = await server.withDatabase((lent) =>
        inChild<number>({ kind: 'contestant', file, name, server: lent, seconds, concurrency }, CONTESTANT_PATIENCE_MS),
      )
      if (!(perSecond > 0)) throw new Error('it finished nothing in the time')
      compared.tries.push({ concurrency, perSecond })
      say(`    ${lineOf({ name: `${name}, ${concurrency} at a time`, value: perSecond, unit: 'per second' })}\n`)
    } catch (error) {
      if (interrupted) break
      compared.failed = reasonOf(error)
      say(`    ${name}, ${concurrency} at a time, failed: ${compared.failed}\n`)
    }
  }
  const top = best(compared)
  if (top) delete compared.failed
  return compared
}

function write(results: Results) {
  const table = resultsTable(results)
  process.stdout.write(table)
  const put = (file: string, text: string) => {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
    writeFileSync(file, text)
  }
  const json = JSON.stringify(results, null, 2) + '\n'
  if (values.json) put(values.json, json)
  for (const folder of [values.plots, values.results])
    if (folder) for (const [file, svg] of Object.entries(plotsOf(results))) put(path.join(folder, file), svg)
  if (!values.results) return
  put(path.join(values.results, 'results.json'), json)
  put(path.join(values.results, 'results.md'), table)
}
