import { describe, expect, test } from 'vitest'
import { mayLoseAgain, mayRetry, retryDelay } from '../../runtime/backoff.ts'
import { ActivityFailure } from '../../runtime/index.ts'

const boom = new Error('boom')
const middle = () => 0.5

describe('whether a failed attempt is repeated', () => {
  const cases: [string, unknown, { attempt: number; lost: number }, { maxAttempts?: number }, boolean][] = [
    ['not without a policy', boom, { attempt: 1, lost: 0 }, {}, false],
    ['while attempts are left', boom, { attempt: 2, lost: 0 }, { maxAttempts: 3 }, true],
    ['not after the last', boom, { attempt: 3, lost: 0 }, { maxAttempts: 3 }, false],
    ['an attempt lost with its process does not count', boom, { attempt: 3, lost: 1 }, { maxAttempts: 3 }, true],
    [
      'not when the failure says it is final',
      new ActivityFailure('a.b', ''),
      { attempt: 1, lost: 0 },
      { maxAttempts: 3 },
      false,
    ],
    [
      'when the failure says it may be',
      new ActivityFailure('a.b', '', { retryable: true }),
      { attempt: 1, lost: 0 },
      { maxAttempts: 3 },
      true,
    ],
  ]
  test.each(cases)('%s', (_, error, row, retry, expected) => {
    expect(mayRetry(error, row, retry)).toBe(expected)
  })
  test('an activity that takes its process with it is given up after a while', () => {
    expect([mayLoseAgain(20, {}), mayLoseAgain(21, {})]).toEqual([true, false])
    expect([mayLoseAgain(1, { maxLost: 1 }), mayLoseAgain(2, { maxLost: 1 })]).toEqual([true, false])
  })
})

describe('how long the next attempt waits', () => {
  test('doubles from a second to a minute', () => {
    const delays = [0, 1, 2, 3, 6, 7, 100].map((failures) => retryDelay(boom, failures, {}, middle))
    expect(delays).toEqual([1_000, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000])
  })
  test('follows the policy', () => {
    expect(retryDelay(boom, 3, { initialMs: 10, factor: 3, maxMs: 80 }, middle)).toBe(80)
    expect(retryDelay(boom, 2, { initialMs: 10, factor: 3, maxMs: 80 }, middle)).toBe(30)
  })
  test('varies by ten percent either way', () => {
    expect([retryDelay(boom, 1, {}, () => 0), retryDelay(boom, 1, {}, () => 1)]).toEqual([900, 1_100])
  })
  test('is what the failure asks for, also when that is nothing', () => {
    const asks = (retryAfterMs: number) => new ActivityFailure('a.b', '', { retryable: true, retryAfterMs })
    expect([retryDelay(asks(5), 9, {}, middle), retryDelay(asks(0), 9, {}, middle)]).toEqual([5, 0])
  })
})
