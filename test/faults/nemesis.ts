import { setTimeout as pause } from 'node:timers/promises'
import { createPool } from '../../db/connect.ts'
import type { Sql } from '../../db/index.ts'
import type { Recording } from '../../runtime/testing/workload-recording.ts'
import { fill, release } from './ballast.ts'
import type { Host } from './hosts.ts'
import { kill, type Server } from './postgres.ts'

export type World = { server: Server; hosts: Host[]; recording: Recording; random: () => number }

/** Does harm, and undoes it before it resolves; says in a few words what it did. */
type Fault = (world: World) => Promise<string>

const between = (random: () => number, from: number, to: number) => from + random() * (to - from)
const pick = <T>(random: () => number, items: T[]): T => items[Math.floor(random() * items.length)] as T

/** A connection of a stranger's. */
async function withStranger<T>(server: Server, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = createPool(server.url, 1)
  try {
    return await use(sql)
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {})
  }
}

const killPostgres: Fault = async ({ server }) => {
  const pid = server.pid()
  await kill(pid, 'SIGKILL')
  await server.ready()
  return `postmaster ${pid}`
}

const restartPostgres: Fault = async ({ server }) => {
  await kill(server.pid(), 'SIGINT')
  await server.ready()
  return 'fast shutdown'
}

// Postgres takes this for a corruption of shared memory: all sessions end, and it recovers as after a crash.
const killBackend: Fault = async ({ server }) => {
  const [row] = await server.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'adjutant' and pid <> pg_backend_pid() order by random() limit 1`
  if (row) process.kill(row.pid, 'SIGKILL')
  await server.ready()
  return `backend ${row?.pid ?? 'none'}`
}

const stopProcess: Fault = async ({ hosts, random }) => {
  const host = pick(random, hosts)
  const ms = host.leaseMs + between(random, 300, 1_500)
  host.signal('SIGSTOP')
  await pause(ms)
  host.signal('SIGCONT')
  return `${host.name} for ${Math.round(ms)} ms`
}

const killProcess: Fault = async ({ hosts, random }) => {
  const host = pick(random, hosts)
  // Shorter and longer than its lease: its successor takes its name, or others take its systems.
  host.restartAfterMs = random() < 0.5 ? 0 : host.leaseMs + between(random, 0, 1_000)
  host.kill()
  await pause(between(random, 0, 300))
  return `${host.name}, back after ${Math.round(host.restartAfterMs)} ms`
}

const terminateConnections: Fault = async ({ server, random }) => {
  const rows = await server.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'adjutant' and pid <> pg_backend_pid() and random() < ${random()}`
  return `${rows.length} sessions`
}

const cutWire: Fault = async ({ hosts, random }) => {
  const host = pick(random, hosts)
  const tellServer = random() < 0.5
  host.wire.cut({ tellServer })
  return `${host.name}${tellServer ? '' : ', the server not told'}`
}

const delayAnswers: Fault = async ({ hosts, random }) => {
  const host = pick(random, hosts)
  const ms = Math.round(between(random, 50, 800))
  host.wire.delay(ms)
  await pause(between(random, 500, 2_500))
  host.wire.delay(0)
  return `${host.name} by ${ms} ms`
}

const swallowAnswers: Fault = async ({ hosts, random }) => {
  const host = pick(random, hosts)
  host.wire.swallow(true)
  await pause(between(random, 200, 2_000))
  host.wire.swallow(false)
  return host.name
}

const exhaustConnections: Fault = async ({ server, random }) => {
  await server.ready()
  const strangers = Array.from({ length: 80 }, () => createPool(server.url, 1))
  const opened = await Promise.all(
    strangers.map((sql) =>
      sql`select 1`.then(
        () => 1,
        () => 0,
      ),
    ),
  )
  // Whoever has to connect now is refused.
  await terminateAdjutant(server)
  await pause(between(random, 500, 2_000))
  await Promise.all(strangers.map((sql) => sql.end({ timeout: 0 }).catch(() => {})))
  return `${opened.filter(Boolean).length} taken`
}

const terminateAdjutant = ({ sql }: Server) =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle' and application_name = 'adjutant' and pid <> pg_backend_pid() limit 20`.catch(
    () => [],
  )

const holdLocks: Fault = ({ server, random }) =>
  withStranger(server, async (sql) => {
    await sql`begin`
    const rows = await sql`select id from system order by random() limit 30 for update`
    await pause(between(random, 200, 1_500))
    await sql`rollback`
    return `${rows.length} systems`
  })

// The runtime locks in the order of ids; a stranger who does it the other way round deadlocks with it.
const deadlock: Fault = ({ server }) =>
  withStranger(server, async (sql) => {
    const ids = await sql<{ id: string }[]>`select id from system where status = 'active' order by id desc limit 10`
    await sql`begin`
    try {
      for (const { id } of ids) await sql`select from system where id = ${id} for update`.then(() => pause(50))
      return `${ids.length} locks from the end`
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    } finally {
      await sql`rollback`.catch(() => {})
    }
  })

const failStatements: Fault = ({ server, random }) =>
  withStranger(server, async (sql) => {
    const code = random() < 0.5 ? '40001' : '40P01'
    const table = pick(random, ['journal', 'mailbox', 'activity', 'system'])
    await sql.unsafe(`
      create or replace function fault() returns trigger language plpgsql as $$
      begin if random() < 0.4 then raise exception 'as it was asked to' using errcode = '${code}'; end if; return new; end $$`)
    await sql.unsafe(`create or replace trigger fault before insert or update on ${table} execute function fault()`)
    await pause(between(random, 300, 1_500))
    return `${code} on ${table}`
  }).finally(() => removeTriggers(server))

/** Also what a stranger who was cut off left behind. */
export const removeTriggers = (server: Server) =>
  withStranger(server, async (sql) => {
    await sql`drop function if exists fault() cascade`
  })

// A clock that was set ahead and back stays ahead of the others, by one such jump after another, until its process ends.
export const LONGEST_JUMP_MS = 2_000

const jumpClock: Fault = async ({ hosts, random }) => {
  const host = pick(random, hosts)
  const ms = Math.round(between(random, -LONGEST_JUMP_MS, LONGEST_JUMP_MS))
  host.jump(ms)
  await pause(between(random, 500, 3_000))
  host.jump(0)
  return `${host.name}'s set by ${ms} ms and back`
}

const fillDisk: Fault = async ({ server, random }) => {
  const bytes = fill(server.data)
  await pause(between(random, 500, 2_500))
  release(server.data)
  await server.ready()
  return `${Math.round(bytes / 1e6)} MB`
}

/** By what is done to whom; the first word of each line of a verdict. */
export const faults = {
  'postgres killed (-9)': killPostgres,
  'postgres restarted': restartPostgres,
  'backend killed (-9)': killBackend,
  'process stopped past its lease': stopProcess,
  'process killed (-9)': killProcess,
  'connections terminated': terminateConnections,
  'wire cut': cutWire,
  'answers delayed': delayAnswers,
  'answers swallowed': swallowAnswers,
  'connections exhausted': exhaustConnections,
  'locks held': holdLocks,
  deadlock,
  'statements failed (40001, 40P01)': failStatements,
  'clock jumped': jumpClock,
  'disk full': fillDisk,
} satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

const LONGEST_FAULT_MS = 30_000

/** One fault after another, each undone, with short rests between them: each once, then any until `done`. */
export async function torment(world: World, names: FaultName[], restMs: [number, number], done: () => boolean) {
  const { recording, random } = world
  for (let i = 0; ; i++) {
    await pause(between(random, ...restMs))
    if (i >= names.length && done()) return
    const name = names[i] ?? pick(random, names)
    const late = pause(LONGEST_FAULT_MS).then(() => `not whole: took longer than ${LONGEST_FAULT_MS} ms`)
    const detail = await Promise.race([faults[name](world), late]).catch(
      (error: Error) => `not whole: ${error.message}`,
    )
    recording.fault(name, detail)
  }
}
