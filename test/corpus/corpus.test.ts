import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import type { AnyStateNode } from 'xstate'
import { restoreBackup } from '../../db/index.ts'
import { machines } from '../../machines/index.ts'
import { createRuntime, surveySystems } from '../../runtime/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { castOf, stagehand } from './cast.ts'
import { runToEnd } from './ending.ts'

vi.setConfig({ testTimeout: 120_000 })

type Stored = { label: string; name: string; scene: string; states: string[] }

const folder = import.meta.dirname
const labels = readdirSync(folder, { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => name)
const read = (...names: string[]) => readFileSync(path.join(folder, ...names))
const corpus = labels.flatMap((label) =>
  (JSON.parse(read(label, 'index.json').toString()) as Omit<Stored, 'label'>[]).map((each) => ({ label, ...each })),
)

async function withStored({ label, name }: Stored, use: (database: TestDatabase['database']) => Promise<void>) {
  const { database, drop } = await createTestDatabase({ max: 4 })
  try {
    const bytes = gunzipSync(read(label, name))
    await restoreBackup(
      database.sql,
      (async function* () {
        yield bytes
      })(),
    )
    await use(database)
  } finally {
    await drop()
  }
}

async function expectFit(database: TestDatabase['database'], { label, name }: Stored) {
  const activities = castOf(stagehand())
  for await (const page of surveySystems({ database, machines, activities }))
    for (const { id, machine, verdict, from, reason } of page) {
      const needed =
        `${id}, stored by ${label} in the middle of its work (${name}), would be parked under this code: ${reason?.message}. ` +
        `Give \`${machine}\` a new version in machines/registry.ts, with the definition of version ${from} in \`versions\` ` +
        'or a rule in `migrations` that lifts its snapshots (CONTRIBUTING.md, "Changing a machine")'
      expect(['compatible', 'migrates'], needed).toContain(verdict)
    }
}

test.each(corpus)('what $label stored of "$scene" ($name) is run on to its end', async (stored) => {
  await withStored(stored, async (database) => {
    await expectFit(database, stored)
    const clock = stagehand()
    const problems: unknown[] = []
    const log = (problem: string, detail: object) => problems.push([problem, detail])
    const runtime = await createRuntime({ database, machines, activities: castOf(clock), clock, log })
    await runtime.start()
    try {
      const ids = (await database.sql<{ id: string }[]>`select id from system order by id`).map(({ id }) => id)
      for (const id of ids) expect(await runToEnd(runtime, id, clock)).toMatch(/^(completed|failed|waiting)$/)
      await runtime.settled()
      expect(await runtime.parked()).toEqual([])
      const gaps = await database.sql`
        select s.id from system s join journal j on j.system_id = s.id group by s.id, s.seq
        having count(*) <> s.seq or min(j.seq) <> 1 or max(j.seq) <> s.seq`
      expect(gaps).toEqual([])
    } finally {
      await runtime.close()
    }
    expect(problems).toEqual([])
  })
})

// Passed through within one turn: nothing is ever stored in them.
const passing =
  'directive.planning.choosing directive.planning.recalling directive.planning.checking directive.active.work.before ' +
  'directive.active.work.reviewing.resolving directive.active.work.reviewing.choosing directive.active.work.reviewing.deciding ' +
  'directive.active.work.finishing.choosing directive.active.work.finishing.tidying step.ready step.rework ' +
  'step.evaluating.verifying.resolving step.evaluating.verifying.choosing step.evaluating.deciding ' +
  'step.evaluating.merging.choosing step.evaluating.merging.reverifying.choosing contract.queued contract.working.choosing ' +
  'contract.working.reserving contract.working.offering contract.failed planner.checking judge.checking agent.deciding ' +
  'completion.choosing completion.reserving'

test('between them they show every machine at rest in every state it can rest in', () => {
  const seen = new Set([...corpus.flatMap(({ states }) => states), ...passing.split(' ')])
  const nodes = Object.values(machines).flatMap(({ machine }) => [
    ...(machine as unknown as { idMap: Map<string, AnyStateNode> }).idMap.values(),
  ])
  expect(nodes.filter(({ id, type }) => type !== 'final' && !seen.has(id)).map(({ id }) => id)).toEqual([])
})
