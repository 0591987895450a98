import { SimulatedClock } from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { takesTime } from './case.ts'
import { cases } from './cases/index.ts'
import { createSubject, openRuntime, Run, type Runtime, type Subject } from './durable.ts'
import { runReference } from './reference.ts'
import type { Trail } from './trail.ts'

// A promise that ran when its runtime was abandoned is run again by the next one.
const PATIENCE_MS = 15_000

const subjects = cases.map((testCase, index) => createSubject(testCase, `case-${index}`))
const timeless = subjects.filter(({ testCase }) => !takesTime(testCase))
const timed = subjects.filter(({ testCase }) => takesTime(testCase))
const clock = new SimulatedClock()
let database: TestDatabase
let runtime: Runtime
let reopened = 0

beforeAll(async () => {
  database = await createTestDatabase()
  runtime = await openRuntime(database.database, clock, subjects)
})

afterAll(async () => {
  await runtime?.close()
  await database?.drop()
})

/** Gone without a word every other time, with grace in between. */
async function forget() {
  await runtime.close({ abandon: reopened++ % 2 === 0 })
  runtime = await openRuntime(database.database, clock, subjects)
}

/** Drives all `subjects` in step; after each item nothing of any of them is left in memory. */
async function drive(subjects: readonly Subject[]): Promise<Map<Subject, { seen: Trail; reference: Trail }>> {
  const runs = await Promise.all(
    subjects.map(async (subject) => {
      const reference = await runReference(subject.testCase)
      return { reference, run: new Run(subject, reference, PATIENCE_MS) }
    }),
  )
  await Promise.all(runs.map(({ run }) => run.start(runtime)))
  await Promise.all(runs.map(({ run }) => run.observe(runtime)))
  const items = Math.max(...subjects.map(({ testCase }) => testCase.script.length))
  for (let index = 0; index < items; index++) {
    await forget()
    const going = runs.filter(({ run }) => index < run.subject.testCase.script.length && !run.differs)
    await Promise.all(
      going.map(async ({ run }) => {
        await run.perform(run.subject.testCase.script[index]!, runtime, clock)
        await run.observe(runtime)
      }),
    )
  }
  await forget()
  const finished = runs.map(async ({ run, reference }) => {
    return [run.subject, { seen: await run.finish(runtime), reference }] as const
  })
  return new Map(await Promise.all(finished))
}

describe('with all memory dropped after each event, as in plain XState', () => {
  let timelessTrails: Awaited<ReturnType<typeof drive>>

  beforeAll(async () => {
    timelessTrails = await drive(timeless)
  }, 120_000)

  test.each(timeless)('$testCase.name', (subject) => {
    const { seen, reference } = timelessTrails.get(subject)!
    expect(seen).toEqual(reference)
  })

  // One clock serves all: it may only move for one machine at a time.
  test.each(timed)('$testCase.name', async (subject) => {
    const { seen, reference } = (await drive([subject])).get(subject)!
    expect(seen).toEqual(reference)
  })
})
