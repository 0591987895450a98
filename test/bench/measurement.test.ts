import { expect, test } from 'vitest'
import { isReached, quantile, rounded } from '../../bench/figures.ts'
import { steadyRate, timedForEach } from '../../bench/measurement.ts'

test('a quantile is the smallest value that the share does not exceed', () => {
  expect(quantile([3, 1, 2, 4], 0.5)).toBe(2)
  expect(quantile([3, 1, 2, 4], 0.99)).toBe(4)
  expect(quantile([7], 0.5)).toBe(7)
  expect(quantile([], 0.5)).toBeNaN()
})

test('an aim is reached from below or from above', () => {
  const figure = { name: '', unit: '' }
  expect(isReached({ ...figure, value: 2, aim: { least: 2 } })).toBe(true)
  expect(isReached({ ...figure, value: 1.9, aim: { least: 2 } })).toBe(false)
  expect(isReached({ ...figure, value: 2.1, aim: { most: 2 } })).toBe(false)
  expect(isReached({ ...figure, value: 2.1 })).toBe(true)
})

test('large figures lose what nobody can measure', () => {
  expect(rounded(12_345.678)).toBe(12_346)
  expect(rounded(1.2345)).toBe(1.23)
})

test('what is done in the warm-up does not count, and each loop waits for its own', async () => {
  const [underWay, done] = [new Set<number>(), [0, 0, 0]]
  const act = async (loop: number) => {
    expect(underWay.has(loop)).toBe(false)
    underWay.add(loop)
    await new Promise((resolve) => setTimeout(resolve, 5))
    underWay.delete(loop)
    done[loop]!++
  }
  const rate = await steadyRate({ seconds: 0.2, warmUp: 0.2, concurrency: 3 }, act)
  const all = done.reduce((sum, each) => sum + each, 0)
  expect(rate * 0.2).toBeGreaterThan(0)
  expect(rate * 0.2).toBeLessThan(all)
})

test('a list is gone through once, so many at a time', async () => {
  let [now, most] = [0, 0]
  const seen: number[] = []
  await timedForEach([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, 1))
    seen.push(item)
    now--
  })
  expect(most).toBe(3)
  expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
})
