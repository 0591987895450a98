import { expect, test } from 'vitest'
import { instantOf } from '../../machines/instant.ts'

test('time comes in with commands, messages and results', () => {
  expect(instantOf({ type: 'x', at: 7 }, 5)).toBe(7)
  expect(instantOf({ type: 'x', output: { at: 8 } }, 5)).toBe(8)
  expect(instantOf({ type: 'x', error: { code: 'x.y', at: 9 } }, 5)).toBe(9)
})

test('without a time, or with an earlier one, the latest known counts', () => {
  expect(instantOf({ type: 'x' }, 5)).toBe(5)
  expect(instantOf({ type: 'x', output: null }, 5)).toBe(5)
  expect(instantOf({ type: 'x', error: 'torn' }, 5)).toBe(5)
  expect(instantOf({ type: 'x', error: null }, 5)).toBe(5)
  expect(instantOf({ type: 'x', at: 3 }, 5)).toBe(5)
  expect(instantOf({ type: 'x', at: 'noon' }, 5)).toBe(5)
})
