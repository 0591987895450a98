import { describe, expect, test } from 'vitest'
import { plants, simulate } from '../../runtime/testing/simulation/index.ts'
import { firstFailure, minimalTest, newTally } from './report.ts'

test('whatever happens to processes, connections and clocks, the guarantee is kept', async () => {
  const tally = newTally()
  const failure = await firstFailure(1, 400, tally)
  expect(failure && (await minimalTest(failure))).toBeUndefined()
  // Not because nothing happened.
  expect([...tally.faults.keys()]).toEqual(
    expect.arrayContaining(['unanswered', 'late', 'crash after', 'pause', 'outage']),
  )
}, 400_000)

test('the same seed is the same run', async () => {
  const [one, other] = [await simulate({ seed: 17 }), await simulate({ seed: 17 })]
  expect(other).toEqual(one)
})

describe('the checker sees a runtime in which', () => {
  test.each(plants)(
    '$name',
    async (plant) => {
      expect((await firstFailure(1, 100, newTally(), plant))?.violations).not.toHaveLength(0)
    },
    400_000,
  )
})

test('a failing run is told as the few events that make it fail', async () => {
  const plant = plants.find(({ name }) => name.includes('loses the timers'))
  const failure = await firstFailure(1, 50, newTally(), plant)
  const script = failure && (await minimalTest(failure, plant))
  expect(script).toContain('timer.lost')
  expect(script?.match(/"operation"/g)?.length).toBeLessThan((failure?.operations.length ?? 0) / 3)
}, 400_000)
