import assert from 'node:assert/strict'
import { test } from 'node:test'
import { truncate } from '../src/truncate.js'

test('leaves a short text alone', () => {
  assert.equal(truncate('short', 10), 'short')
})

test('cuts between words', () => {
  assert.equal(truncate('the quick brown fox', 12), 'the quick…')
})

test('never exceeds the length it is given', () => {
  // Written before the README promised one character for the ellipsis.
  assert.equal(truncate('the quick brown fox', 10), 'the...')
})

test('cuts a word that is longer than the length', () => {
  assert.equal(truncate('incomprehensibilities', 8), 'incompr…')
})
