import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordCount } from '../src/words.js'

test('counts words, not spaces', () => {
  assert.equal(wordCount('  one  two\nthree '), 3)
})

test('finds no words in nothing', () => {
  assert.equal(wordCount(''), 0)
})
