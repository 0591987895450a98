import { SimulatedClock } from 'xstate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { takesTime } from './case.ts'
import { cases } from './cases/index.ts'
import { createSubject, openRuntime, Run, type Runtime, type Subject } from './durable.ts'
import { runReference } from './reference.ts'
import { silenceXState } from './warnings.ts'

silenceXState()

const subjects = cases.map((testCase, index) => createSubject(testCase, `case-${index}`))
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

async function compare(subject: Subject) {
  const reference = await runReference(subject.testCase)
  const run = new Run(subject, reference, 5000)
  await run.start(runtime)
  await run.observe(runtime)
  expect(run.trail.observations[0], 'after the start').toEqual(reference.observations[0])
  for (const [index, item] of subject.testCase.script.entries()) {
    await run.perform(item, runtime, clock)
    await run.observe(runtime)
    expect(run.trail.observations[index + 1], `after item ${index}`).toEqual(reference.observations[index + 1])
  }
  expect(await run.finish(runtime)).toEqual(reference)
}

describe('in the runtime, as in plain XState', () => {
  test.concurrent.each(subjects.filter(({ testCase }) => !takesTime(testCase)))('$testCase.name', compare)

  // One clock serves all: it may only move for one machine at a time.
  test.each(subjects.filter(({ testCase }) => takesTime(testCase)))('$testCase.name', compare)
})
