import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectiveFile, machines } from '../../machines/index.ts'
import { createRuntime } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const DIRECTIVES = 200
const PATIENCE_MS = 150_000
const host = new URL('./fixtures/directive-host.ts', import.meta.url).pathname

let db: TestDatabase
let home: string
const hosts: ChildProcess[] = []

beforeEach(async () => {
  db = await createTestDatabase()
  home = await mkdtemp(join(tmpdir(), 'killed-host-'))
})

afterEach(async () => {
  for (const each of hosts.splice(0)) {
    if (each.exitCode !== null || each.signalCode !== null) continue
    each.kill('SIGKILL')
    await once(each, 'exit')
  }
  await db.drop()
  await rm(home, { recursive: true, force: true })
})

const names = ['survey', 'left', 'right', 'join', 'report']
const before: Record<string, string[]> = {
  left: ['survey'],
  right: ['survey'],
  join: ['left', 'right'],
  report: ['join'],
}
const file = DirectiveFile.parse({
  title: 'Nothing, five times',
  goal: 'every step is accepted once',
  autonomy: 'full_auto',
  chain: {
    name: 'five',
    steps: names.map((name) => ({
      name,
      type: 'operate',
      description: name,
      dependsOn: before[name] ?? [],
      contract: { executor: { kind: 'noop' } },
    })),
  },
})

async function createDirectives() {
  const runtime = await createRuntime({ database: db.url, machines, roles: ['turns'] })
  await runtime.start()
  const ids = Array.from({ length: DIRECTIVES }, (_, n) => `directive-${String(n).padStart(3, '0')}`)
  for (const id of ids) {
    const input = { id, file, createdAt: 0 }
    await runtime.spawn('directive', { id, input })
    await runtime.send(id, { type: 'directive.start', at: 0, by: 'user:test' }, { idempotencyKey: 'start' })
  }
  await runtime.close()
  return ids
}

async function startHost(name: string) {
  const child = spawn(process.execPath, [host, db.url, home, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  hosts.push(child)
  await once(child.stdout!, 'data')
  return child
}

const completed = async (): Promise<number> => {
  const [row] = await db.database
    .sql`select count(*)::int as n from projection where kind = 'directive' and key = 'completed'`
  return row?.n as number
}

async function eventually(reached: (n: number) => boolean) {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const n = await completed()
    if (reached(n)) return n
    if (performance.now() > deadline) throw new Error(`only ${n} directives were completed`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('two processes carry out 200 directives though one of them is killed midway', { timeout: 200_000 }, async () => {
  const ids = await createDirectives()
  const [victim] = await Promise.all([startHost('victim'), startHost('survivor')])
  const atKill = await eventually((n) => n >= DIRECTIVES / 8)
  victim.kill('SIGKILL')
  expect(atKill).toBeLessThan(DIRECTIVES)
  await eventually((n) => n === DIRECTIVES)
  const { sql } = db.database
  expect(
    await sql`
    select system_id from journal group by system_id having count(*) <> max(seq) or min(seq) <> 1`,
  ).toEqual([])
  expect(
    await sql`select s.id from system s where s.seq <> (select max(seq) from journal j where j.system_id = s.id)`,
  ).toEqual([])
  expect(
    await sql`
    select e.system_id from emitted e where e.event ->> 'type' = 'directive.completed' group by e.system_id having count(*) <> 1`,
  ).toEqual([])
  const accepted = await sql`
    select e.system_id, count(*)::int as n from emitted e
    where e.event ->> 'type' = 'step.status_changed' and e.event -> 'data' ->> 'state' = 'passed' group by e.system_id`
  expect(accepted.map(({ systemId, n }) => [systemId, n]).sort()).toEqual(ids.map((id) => [id, names.length]))
})
