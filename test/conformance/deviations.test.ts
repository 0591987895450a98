import { SimulatedClock } from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { plantsOf, takesTime } from './case.ts'
import { cases } from './cases/index.ts'
import { createSubject, openRuntime, Run, type Runtime, type Subject } from './durable.ts'
import { features } from './features.ts'
import { runReference } from './reference.ts'

const subjects = plantsOf(cases).map(({ testCase, feature }, index) =>
  createSubject(testCase, `plant-${index}`, feature),
)
const clock = new SimulatedClock()
let database: TestDatabase
let runtime: Runtime

beforeAll(async () => {
  database = await createTestDatabase()
  runtime = await openRuntime(database.database, clock, subjects)
})

afterAll(async () => {
  await runtime?.close()
  await database?.drop()
})

async function isCaught(subject: Subject) {
  const reference = await runReference(subject.testCase)
  const run = new Run(subject, reference, 50)
  await run.start(runtime)
  await run.observe(runtime)
  for (const item of subject.testCase.script) {
    if (run.differs) return
    await run.perform(item, runtime, clock)
    await run.observe(runtime)
  }
  expect(await run.finish(runtime)).not.toEqual(reference)
}

describe('a deviation from XState is told apart', () => {
  test('for every feature', () => {
    const planted = new Set(subjects.map(({ planted }) => planted as string))
    expect(Object.keys(features).filter((feature) => !planted.has(feature))).toEqual([])
  })

  test.concurrent.each(subjects.filter(({ testCase }) => !takesTime(testCase)))('$planted: $testCase.name', isCaught)

  test.each(subjects.filter(({ testCase }) => takesTime(testCase)))('$planted: $testCase.name', isCaught)
})
