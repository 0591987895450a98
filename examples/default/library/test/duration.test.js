import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, parseDuration } from '../src/duration.js'

test('reads a single amount', () => {
  assert.equal(parseDuration('45s'), 45_000)
  assert.equal(parseDuration('2h'), 7_200_000)
})

test('adds several amounts', () => {
  assert.equal(parseDuration('1h 30m'), 5_400_000)
  assert.equal(parseDuration('1d 2h 3m 4s'), 93_784_000)
})

test('reads units written out', () => {
  assert.equal(parseDuration('2 days'), 172_800_000)
  assert.equal(parseDuration('1 hour 5 minutes'), 3_900_000)
})

test('refuses what it does not understand', () => {
  assert.throws(() => parseDuration('soon'), RangeError)
  assert.throws(() => parseDuration('3 parsecs'), RangeError)
})

test('writes what it has read', () => {
  for (const text of ['45s', '1h 30m', '1d 2h 3m 4s']) assert.equal(formatDuration(parseDuration(text)), text)
})
