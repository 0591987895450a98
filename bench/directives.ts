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
