import { expect, test } from 'vitest'
import { hostTime } from '../../runtime/clock.ts'

/** A clock that somebody sets, beside one that nobody can. */
function clocks() {
  const at = { wall: 1_000_000_000_000, steady: 0 }
  const pass = (ms: number) => {
    at.wall += ms
    at.steady += ms
  }
  return {
    at,
    pass,
    now: hostTime(
      () => at.wall,
      () => at.steady,
    ),
  }
}

test('a clock that is set back goes on from where it was', () => {
  const { at, pass, now } = clocks()
  const before = now()
  pass(5_000)
  at.wall -= 3_600_000
  expect(now()).toBe(before + 5_000)
  pass(5_000)
  expect(now()).toBe(before + 10_000)
  at.wall -= 60_000
  expect(now()).toBe(before + 10_000)
})

test('a clock that is set ahead, and one that is kept right, is followed', () => {
  const { at, pass, now } = clocks()
  const before = now()
  at.wall += 3_600_000
  expect(now()).toBe(before + 3_600_000)
  at.wall -= 20
  pass(1_000)
  expect(now()).toBe(before + 3_600_980)
})

test('a clock that is kept right by setting it back a little stands still meanwhile, and never falls', () => {
  const { at, pass, now } = clocks()
  const before = now()
  at.wall -= 900
  expect(now()).toBe(before)
  pass(600)
  expect(now()).toBe(before)
  pass(600)
  expect(now()).toBe(before + 300)
})
