import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { takesTime } from './case.ts'
import { cases } from './cases/index.ts'
import { Cohort } from './cohort.ts'
import { createSubject, type Run, type Subject } from './durable.ts'
import { silenceXState } from './warnings.ts'

silenceXState()

const subjects = cases
  .filter((testCase) => !testCase.saysPerAttempt)
  .map((testCase, index) => createSubject(testCase, `case-${index}`))
const timeless = subjects.filter(({ testCase }) => !takesTime(testCase))
const timed = subjects.filter(({ testCase }) => takesTime(testCase))
let cohort: Cohort

beforeAll(async () => void (cohort = await Cohort.open(timeless)))
afterAll(() => cohort?.close())

// What custom actions recorded is not compared: they run at least once.
function expectEqual(run: Run) {
  if (run.failure) throw run.failure.error
  expect(run.trail.observations).toEqual(run.reference.observations)
  expect(run.trail.emitted).toEqual(run.reference.emitted)
}

describe('with the runtime gone as soon as it acknowledged an event, as in plain XState', () => {
  let runs: Map<Subject, Run>

  beforeAll(async () => {
    runs = await cohort.driveInterrupted(timeless)
  }, 120_000)

  test.each(timeless)('$testCase.name', (subject) => expectEqual(runs.get(subject)!))

  // A clock moves for one machine at a time: each of these has a database, a clock and runtimes of its own.
  test.concurrent.each(timed)('$testCase.name', async (subject) => {
    const alone = await Cohort.open([subject])
    try {
      expectEqual((await alone.driveInterrupted([subject])).get(subject)!)
    } finally {
      await alone.close()
    }
  })
})
