import { SimulatedClock } from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { plantsOf, takesTime } from './case.ts'
import { cases } from './cases/index.ts'
import { createSubject, openRuntime, Run, type Runtime, type Subject } from './durable.ts'
import { features } from './features.ts'
import { runReference } from './reference.ts'
import { silenceXState } from './warnings.ts'

silenceXState()

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

/** The runtime must show the deviation as it is, and the comparison must not take it for the right machine. */
async function isCaught(subject: Subject) {
  const [right, wrong] = [await runReference(subject.testCase), await runReference(subject.testCase, subject.planted)]
  const run = new Run(subject, wrong, 5000)
  await run.start(runtime)
  await run.observe(runtime)
  for (const item of subject.testCase.script) {
    if (run.differs) break
    await run.perform(item, runtime, clock)
    await run.observe(runtime)
  }
  const seen = await run.finish(runtime)
  expect(seen).toEqual(wrong)
  expect(seen).not.toEqual(right)
}

describe('a deviation from XState is told apart', () => {
  test('for every feature', () => {
    const planted = new Set(subjects.map(({ planted }) => planted as string))
    expect(Object.keys(features).filter((feature) => !planted.has(feature))).toEqual([])
  })

  test.concurrent.each(subjects.filter(({ testCase }) => !takesTime(testCase)))('$planted: $testCase.name', isCaught)

  test.each(subjects.filter(({ testCase }) => takesTime(testCase)))('$planted: $testCase.name', isCaught)
})
