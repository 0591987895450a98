import { createActivities } from '../actors/index.ts'
import type { Database } from '../db/index.ts'
import { DirectiveFile, machines } from '../machines/index.ts'
import { createRuntime } from '../runtime/index.ts'
import type { Figure } from './figures.ts'

const DIRECTIVES = 60
const STEPS = ['one', 'two', 'three', 'four', 'five']

const file = DirectiveFile.parse({
  title: 'Nothing, five times',
  goal: 'measure what a directive costs beside its work',
  autonomy: 'full_auto',
  chain: {
    name: 'five',
    steps: STEPS.map((name, i) => ({
      name,
      type: 'operate',
      description: name,
      dependsOn: STEPS.slice(Math.max(0, i - 1), i),
      contract: { executor: { kind: 'noop' } },
    })),
  },
})

const contract = { executor: { kind: 'noop' } }

/** `line`: each step after the one before it. `wide`: all of them between the first and the last. */
export const longFile = (steps: number, shape: 'line' | 'wide') => {
  const names = Array.from({ length: steps }, (_, i) => `step-${i + 1}`)
  const before = (i: number): string[] => {
    if (shape === 'line') return names.slice(Math.max(0, i - 1), i)
    return i === steps - 1 ? names.slice(1, -1) : names.slice(0, Math.min(i, 1))
  }
  const chain = names.map((name, i) => ({
    name,
    type: 'operate',
    description: name,
    dependsOn: before(i),
    contract,
  }))
  return DirectiveFile.parse({
    title: `Nothing, ${steps} times`,
    goal: 'measure what a long chain costs beside its work',
    autonomy: 'full_auto',
    chain: { name: shape, steps: chain },
  })
}

/** One directive of many steps, from its creation to its end. */
export async function measureLongChain(
  database: Database,
  home: string,
  steps: number,
  shape: 'line' | 'wide',
): Promise<Figure[]> {
  const activities = createActivities({ home, env: { PATH: process.env.PATH } as never })
  const runtime = await createRuntime({ database, machines, activities })
  await runtime.start()
  try {
    const id = `long-${shape}-${steps}`
    const began = performance.now()
    await runtime.spawn('directive', { id, input: { id, file: longFile(steps, shape), createdAt: 0 } })
    await runtime.send(id, { type: 'directive.start', at: 0, by: 'user:bench' })
    await runtime.waitFor(id, 'done', { timeout: 600_000 })
    const seconds = (performance.now() - began) / 1_000
    const { seq } = await runtime.snapshot(id)
    const turns = await database.sql<{ n: number }[]>`
      select count(distinct turn)::int as n from journal where system_id = ${id}`
    return [
      { name: `${steps} no-op steps, ${shape}`, value: seconds, unit: 's' },
      { name: 'entries per step', value: seq / steps, unit: '' },
      { name: 'turns per step', value: (turns[0]?.n ?? 0) / steps, unit: '' },
    ]
  } finally {
    await runtime.close()
  }
}

/** Whole directives of five steps, one after the other, whose executor does nothing: everything but the work. */
export async function measureDirectives(database: Database, home: string): Promise<Figure[]> {
  const activities = createActivities({ home, env: { PATH: process.env.PATH } as never })
  const runtime = await createRuntime({ database, machines, activities })
  await runtime.start()
  try {
    const began = performance.now()
    const run = async (_: unknown, n: number) => {
      const id = `bench-${n}`
      await runtime.spawn('directive', { id, input: { id, file, createdAt: 0 } })
      await runtime.send(id, { type: 'directive.start', at: 0, by: 'user:bench' })
      await runtime.waitFor(id, 'done', { timeout: 300_000 })
    }
    await Promise.all(Array.from({ length: DIRECTIVES }, run))
    const perSecond = DIRECTIVES / ((performance.now() - began) / 1_000)
    const done = await runtime.list('directive', { key: 'completed' })
    if (done.length !== DIRECTIVES) throw new Error(`${done.length} of ${DIRECTIVES} directives were completed`)
    return [
      { name: 'no-op directives of five steps', value: perSecond, unit: 'per second' },
      { name: 'their steps', value: perSecond * STEPS.length, unit: 'per second' },
    ]
  } finally {
    await runtime.close()
  }
}
