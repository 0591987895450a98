import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createRuntime } from '../../runtime/index.ts'
import { check, type Violation } from '../../runtime/testing/checker.ts'
import { seeded } from '../../runtime/testing/seeded.ts'
import { workloadMachines } from '../../runtime/testing/workload-machines.ts'
import { Recording, type Evidence } from '../../runtime/testing/workload-recording.ts'
import { recordSystems, runWorkload, systemsOf } from '../../runtime/testing/workload-run.ts'
import { Workload } from '../../runtime/testing/workload.ts'
import { Host } from './hosts.ts'
import { LONGEST_JUMP_MS, removeTriggers, torment, type FaultName, type World } from './nemesis.ts'
import type { Server } from './postgres.ts'
import { readTables, restless } from './tables.ts'

export type Storm = {
  server: Server
  seed: number
  processes: number
  /** How long there is harm done, in ms. */
  forMs: number
  /** Where given it goes on until harm of each kind was done and so many operations acknowledged: a busy machine is slow. */
  least?: { acknowledged: number }
  leaseMs: number
  /** Those that harm Postgres itself, and the others, which happen at the same time. */
  toPostgres: FaultName[]
  toOthers: FaultName[]
  restMs: [number, number]
  /** How many clients work at a time, and how long each rests at most. */
  clients: number
  pauseMs: number
  /** The longest timers, delays and activities of the workload. */
  longestMs: number
  /** For the output of the processes. */
  folder: string
  /** Sets apart the systems of this storm from those of others on this server. */
  prefix: string
  tell(what: string): void
}

const QUIET_MS = 60_000
const CLOSE_MS = 60_000
const wall = { setTimeout: (fn: () => void, ms: number) => setTimeout(fn, ms) }

export type Aftermath = { evidence: Evidence; violations: Violation[] }

/** The workload on several processes while harm is done; then all is healed, waited for, and checked. */
export async function weather(storm: Storm): Promise<Aftermath> {
  const { server, seed, processes, leaseMs, folder } = storm
  mkdirSync(folder, { recursive: true })
  // Kept as it goes on: of a storm that hangs it tells how far it came.
  const journal = path.join(folder, 'recording.jsonl')
  const recording = new Recording(Date.now, (line) => appendFileSync(journal, `${JSON.stringify(line)}\n`))
  const hosts = await Promise.all(
    Array.from({ length: processes }, (_, i) =>
      Host.start(server.url, { name: `host-${i + 1}`, leaseMs, recording, folder }),
    ),
  )
  try {
    const found = await harm(storm, { server, hosts, recording, random: seeded(seed) })
    found.push(...(await rest(storm, hosts)))
    const closed = await Promise.all(hosts.splice(0).map((host) => host.close(CLOSE_MS)))
    if (closed.includes(false))
      found.push({ rule: 'process.stuck', sentence: 'a process did not close when it was told' })
    const evidence = await collect(storm, recording)
    return { evidence, violations: [...found, ...check(evidence)] }
  } finally {
    for (const host of hosts) host.signal('SIGCONT')
    await Promise.all(hosts.map((host) => host.close(0)))
  }
}

async function harm(storm: Storm, world: World): Promise<Violation[]> {
  const { forMs, toPostgres, toOthers, restMs, seed, prefix, longestMs, clients, pauseMs } = storm
  const { hosts, recording } = world
  await until(() => hosts.every(({ ready }) => ready), QUIET_MS)
  const end = performance.now() + forMs
  const over = () => performance.now() > end && (isEnough(storm, recording) || performance.now() > end + QUIET_MS)
  let harming = true
  const done = () => over() && !harming
  const random = seeded(seed + 1)
  const running = runWorkload({
    ...{
      workload: new Workload(random, { prefix, longestMs }),
      recording,
      random,
      clock: wall,
      clients,
      pauseMs,
      done,
    },
    senders: () => hosts.flatMap(({ sender }) => sender ?? []),
  })
  await Promise.all([
    torment(world, toPostgres, restMs, over),
    torment({ ...world, random: seeded(seed + 2) }, toOthers, restMs, over),
  ])
  harming = false
  storm.tell('the harm is over; waiting for rest')
  await world.server.ready()
  await removeTriggers(world.server)
  const answered = await Promise.race([running.then(() => true), pause(QUIET_MS).then(() => false)])
  const open = hosts.reduce((sum, { unanswered }) => sum + unanswered, 0)
  const found = hosts.flatMap(({ died }) => died).map((sentence) => ({ rule: 'process.died', sentence }))
  return answered ? found : [...found, { rule: 'answer.missing', sentence: `${open} operations were never answered` }]
}

function isEnough({ least, toPostgres, toOthers }: Storm, { lines }: Recording): boolean {
  if (!least) return true
  const done = new Set(lines.flatMap((line) => (line.type === 'fault' ? [line.kind] : [])))
  const acknowledged = lines.filter((line) => line.type === 'ended' && line.outcome.as === 'acknowledged')
  return acknowledged.length > least.acknowledged && [...toPostgres, ...toOthers].every((name) => done.has(name))
}

/** Until nothing waits or runs, nor for a while after. */
async function rest({ server }: Storm, hosts: Host[]): Promise<Violation[]> {
  let quiet = 0
  const rested = await until(async () => {
    if (!hosts.every(({ ready }) => ready)) return false
    const { mail, activities } = await restless(server.sql)
    quiet = mail + activities === 0 ? quiet + 1 : 0
    return quiet >= 3
  }, QUIET_MS)
  return rested ? [] : [{ rule: 'rest.missing', sentence: `a minute after all was healed something still waits` }]
}

async function until(reached: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (!(await reached())) {
    if (performance.now() > end) return false
    await pause(100)
  }
  return true
}

async function collect({ server, prefix }: Storm, recording: Recording): Promise<Evidence> {
  // Never started: it only reads.
  const reader = await createRuntime({ database: server.url, machines: workloadMachines, roles: [] })
  try {
    const systems = await recordSystems(reader, systemsOf(recording))
    const tables = await readTables(server.sql, prefix)
    const { lines } = recording
    const jumps = lines.filter((line) => line.type === 'fault' && line.kind === 'clock jumped').length
    return { lines, systems, tables, clockSlackMs: jumps * LONGEST_JUMP_MS + 1_000 }
  } finally {
    await reader.close()
  }
}
