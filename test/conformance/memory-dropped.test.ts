import { SimulatedClock } from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { takesTime } from './case.ts'
import { cases } from './cases/index.ts'
import { createSubject, openRuntime, Run, type Runtime, type Subject } from './durable.ts'
import { runReference } from './reference.ts'

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
async function drive(subjects: readonly Subject[]): Promise<Map<Subject, Run>> {
  const runs = new Map<Subject, Run>()
  for (const subject of subjects) {
    runs.set(subject, new Run(subject, await runReference(subject.testCase), PATIENCE_MS))
  }
  const all = (step: (run: Run) => Promise<unknown>) => Promise.all([...runs.values()].map((run) => run.attempt(step)))
  await all((run) => run.start(runtime))
  await all((run) => run.observe(runtime))
  for (let index = 0; index < Math.max(...subjects.map(({ testCase }) => testCase.script.length)); index++) {
    await forget()
    await all(async (run) => {
      const item = run.subject.testCase.script[index]
      if (!item || run.differs) return
      await run.perform(item, runtime, clock)
      await run.observe(runtime)
    })
  }
  await forget()
  await all((run) => run.finish(runtime))
  return runs
}

function expectEqual(run: Run) {
  if (run.failure) throw run.failure.error
  const { observations, emitted, records } = run.reference
  expect(run.trail.observations).toEqual(observations)
  expect(run.trail.emitted).toEqual(emitted)
  if (!run.subject.testCase.recordsAttempts) expect(run.trail.records).toEqual(records)
}

describe('with all memory dropped after each event, as in plain XState', () => {
  let runs: Map<Subject, Run>

  beforeAll(async () => {
    runs = await drive(timeless)
  }, 120_000)

  test.each(timeless)('$testCase.name', (subject) => expectEqual(runs.get(subject)!))

  // One clock serves all: it may only move for one machine at a time.
  test.each(timed)('$testCase.name', async (subject) => expectEqual((await drive([subject])).get(subject)!))
})
