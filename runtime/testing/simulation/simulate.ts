import type { MemoryTables } from '../../../db/index.ts'
import { check, type Violation } from '../checker.ts'
import { seeded } from '../seeded.ts'
import { Recording, type Tables } from '../workload-recording.ts'
import { perform, recordSystems, runWorkload, systemsOf } from '../workload-run.ts'
import { Workload } from '../workload.ts'
import type { Fault } from './faults.ts'
import { Fleet, type Tamper } from './fleet.ts'
import { readAll } from './readers.ts'
import { settingOf, type Asked, type Plan, type Setting } from './plan.ts'
import { Stalled, World } from './world.ts'

/** What came of a run. `operations` and `faults`: all that happened in it, to be given as the script of another. */
export type Outcome = {
  seed: number
  violations: Violation[]
  operations: Asked[]
  faults: Fault[]
  ticks: number
  virtualMs: number
}

const LIMIT_MS = 240_000

/** Runs the runtime, as it is, in a world where everything that may go wrong does, as the plan says; then checks what it did. */
export async function simulate(plan: Plan, tamper?: Tamper): Promise<Outcome> {
  const setting = settingOf(plan)
  const world = new World(LIMIT_MS)
  const recording = new Recording(() => world.now)
  const fleet = new Fleet(world, setting, recording, tamper)
  const violations: Violation[] = []
  fleet.launch()
  try {
    let over = false
    const { seed } = plan
    const reads = readAll({ seed, world, fleet, done: () => over })
    await world.until(worked(plan, setting, { world, recording, fleet }))
    over = true
    fleet.calm()
    await world.until(quiet(world, fleet, setting.leaseMs))
    const [reader] = fleet.runtimes
    const systems = reader ? await world.until(recordSystems(reader, systemsOf(recording))) : []
    await world.until(fleet.close())
    const tables = { ...tablesOf(fleet.tables), commits: fleet.commits }
    violations.push(...(await world.until(reads)))
    violations.push(...check({ lines: recording.lines, systems, tables, clockSlackMs: slack(setting) }))
  } catch (error) {
    const sentence = error instanceof Stalled ? waiting(fleet.tables) : String((error as Error).stack)
    violations.push({ rule: error instanceof Stalled ? 'run.stalled' : 'run.failed', sentence })
  }
  violations.push(...complaints(fleet))
  const faults = [...fleet.injected, ...setting.happenings]
  return {
    seed: plan.seed,
    violations,
    operations: askedIn(recording),
    faults,
    ticks: world.ticks,
    virtualMs: world.now,
  }
}

const complaints = ({ problems }: Fleet): Violation[] =>
  problems.map(({ problem, detail }) => ({ rule: 'runtime.complained', sentence: `${problem} ${shown(detail)}` }))

type Run = { world: World; recording: Recording; fleet: Fleet }

async function worked(plan: Plan, setting: Setting, { world, recording, fleet }: Run): Promise<void> {
  const random = seeded(setting.seed)
  const workload = new Workload(random, { systems: 5, share: 12, longestMs: setting.longestMs, burst: 4 })
  const clock = { setTimeout: (fn: () => void, ms: number) => world.after(ms, fn) }
  if (plan.script) {
    const all = plan.script.operations.map(async ({ at, process, operation }) => {
      await new Promise<void>((resolve) => void world.after(at, resolve))
      const sender = fleet.sender(process) ?? fleet.senders()[0]
      if (sender) await perform({ workload, recording }, sender, operation)
    })
    await Promise.all(all)
    return
  }
  const done = () => recording.lines.filter(({ type }) => type === 'begun').length >= setting.operations
  const { clients, pauseMs } = setting
  await runWorkload({ workload, recording, random, clock, senders: () => fleet.senders(), clients, pauseMs, done })
}

const LOOK_MS = 100

// Looked at from outside: what a runtime says of itself is what is to be tested.
// Leases that outlasted an outage by a hair are renewed by then.
async function quiet(world: World, fleet: Fleet, leaseMs: number): Promise<void> {
  const from = world.now
  while (world.now < from + leaseMs || busy(fleet.tables) || fleet.onTheWay || !fleet.isWhole)
    await new Promise<void>((resolve) => void world.after(LOOK_MS, resolve))
}

function busy(tables: MemoryTables): boolean {
  for (const _ of tables.allMail()) return true
  for (const { status } of tables.allActivities()) if (status === 'queued' || status === 'running') return true
  return false
}

function waiting(tables: MemoryTables): string {
  const mail = [...tables.allMail()].map(({ systemId, kind, due, held, event }) => ({
    systemId,
    kind,
    due,
    held,
    event,
  }))
  const activities = [...tables.allActivities()].filter(({ status }) => status === 'queued' || status === 'running')
  const owners = [...tables.systems.values()].map(({ id, status, owner }) => ({ id, status, owner }))
  return `the run did not come to rest: ${JSON.stringify({ mail, activities, owners })}`
}

const shown = (detail: unknown) =>
  JSON.stringify(detail, (_, value: unknown) => (value instanceof Error ? String(value.stack) : value))

const slack = ({ wallAhead, happenings }: Setting) =>
  wallAhead.reduce((sum, ms) => sum + Math.abs(ms), 0) +
  happenings.reduce((sum, fault) => sum + (fault.kind === 'clock' ? Math.abs(fault.ms) : 0), 0)

function askedIn({ lines }: Recording): Asked[] {
  return lines.flatMap((line) =>
    line.type === 'begun'
      ? [{ at: line.at, process: Number(line.sender.slice(1).split('.')[0]), operation: line.operation }]
      : [],
  )
}

export function tablesOf(tables: MemoryTables): Tables {
  const shelves = [...tables.shelves]
  return {
    systems: [...tables.systems.values()].map(({ id, seq, status, owner }) => ({ id, seq, status, owner })),
    journal: shelves.flatMap(([systemId, { journal }]) => journal.map((row) => ({ systemId, ...row }))),
    mail: [...tables.allMail()],
    activities: [...tables.allActivities()],
    deadLetters: shelves.flatMap(([systemId, { deadLetters }]) =>
      [...deadLetters.values()].map(({ id, reason, event }) => ({
        systemId,
        id,
        reason,
        event: JSON.parse(event) as unknown,
      })),
    ),
    processes: [...tables.processes.values()].filter(({ id }) => tables.lives(id)),
  }
}
