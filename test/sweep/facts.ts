import { execFileSync } from 'node:child_process'
import { machines } from '../../machines/index.ts'
import { createRuntime } from '../../runtime/index.ts'
import type { Database } from '../../db/index.ts'

/** What must be the same however often the process was killed. */
export type Facts = {
  state: string
  outcome: string | undefined
  /** `<step> <state> <level> rework <n>`, in the order of the chain. */
  steps: string[]
  /** How often each contract was accepted, from the journal. */
  accepted: Record<string, number>
  /** How often each contract was merged, from the trailers of the result branch; undefined without a repository. */
  merged: Record<string, number> | undefined
  /** How often each event was emitted, by type, step and words. */
  events: Record<string, number>
}

export type Observed = { facts: Facts; faults: string[] }

/** Reads a directive that has ended, and everything that is wrong in its journal and its events. */
export async function observe(database: Database, id: string, library?: string): Promise<Observed> {
  const runtime = await createRuntime({ database, machines })
  try {
    const { value, context, status } = await runtime.snapshot(id)
    const history = await runtime.history(id, { limit: 100_000 })
    const emitted = await runtime.emitted(id, { limit: 100_000 })
    const facts: Facts = {
      state: `${JSON.stringify(value)} ${status}`,
      outcome: context.outcome?.code,
      steps: Object.entries<any>(context.steps).map(([name, step]) => {
        return `${name} ${step.state} ${step.confidence?.level} rework ${step.reworkCount}`
      }),
      accepted: acceptances(history),
      merged: library === undefined ? undefined : merges(library, context.resultBranch),
      events: counts(emitted.map(({ event }) => `${event.type} ${event.stepId ?? ''} ${event.data.message}`)),
    }
    return { facts, faults: [...journalFaults(history), ...emittedFaults(emitted)] }
  } finally {
    await runtime.close()
  }
}

const counts = (names: string[]): Record<string, number> => {
  const found: Record<string, number> = {}
  for (const name of names.sort()) found[name] = (found[name] ?? 0) + 1
  return found
}

type Entry = { seq: number; address: string; value: unknown }

/** Entries in which a contract became accepted. */
function acceptances(history: Entry[]): Record<string, number> {
  const before = new Map<string, unknown>()
  const accepted: string[] = []
  for (const { address, value } of history.filter((entry) => entry.address.endsWith('/contract'))) {
    if (value === 'accepted' && before.get(address) !== 'accepted') accepted.push(address)
    before.set(address, value)
  }
  return counts(accepted)
}

function merges(library: string, branch: string): Record<string, number> {
  const format = '--format=%(trailers:key=Adjutant-Contract,valueonly,separator=%x2C)'
  const log = execFileSync('git', ['-C', library, 'log', '--first-parent', format, `main..${branch}`], {
    encoding: 'utf8',
  })
  return counts(
    log
      .split('\n')
      .filter(Boolean)
      .map((contract) => contract.split('.').at(-1)!),
  )
}

const journalFaults = (history: Entry[]): string[] =>
  history.flatMap(({ seq }, index) => (seq === index + 1 ? [] : [`journal entry ${index + 1} has the number ${seq}`]))

/** Within an entry events count from 0 without a gap, and none is there twice. */
function emittedFaults(emitted: { seq: number; n: number }[]): string[] {
  return emitted.flatMap(({ seq, n }, index) => {
    const before = emitted[index - 1]
    const expected = before?.seq === seq ? before.n + 1 : 0
    if (before && seq < before.seq) return [`event (${seq}, ${n}) comes after (${before.seq}, ${before.n})`]
    return n === expected ? [] : [`event (${seq}, ${n}) should be (${seq}, ${expected})`]
  })
}

/** Where two runs differ, in words; [] when they do not. */
export function differences(expected: Facts, found: Facts): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const other = found[name as keyof Facts]
    if (name === 'events') return eventDifferences(value as Facts['events'], other as Facts['events'])
    const [before, after] = [JSON.stringify(value), JSON.stringify(other)]
    return before === after ? [] : [`${name}: ${after} instead of ${before}`]
  })
}

/** Progress is told as often as there are attempts; every other event exactly as often as without a crash. */
const eventDifferences = (expected: Facts['events'], found: Facts['events']): string[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => !name.startsWith('contract.progress '))
    .filter((name) => expected[name] !== found[name])
    .map((name) => `event "${name}": ${found[name] ?? 0} times instead of ${expected[name] ?? 0}`)
