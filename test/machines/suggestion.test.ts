import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closest, didYouMean } from '../../machines/index.ts'

test('a slip of two letters is recognised, another word is not', () => {
  expect(closest('implmnt', ['test', 'implement', 'document'])).toBe('implement')
  expect(closest('Implement', ['implement'])).toBe('implement')
  expect(closest('banana', ['test', 'implement'])).toBeUndefined()
  expect(closest('aabbcc', ['xxyyzz'])).toBeUndefined()
  expect(closest('x', [])).toBeUndefined()
})

test('the nearest wins, the first among equals', () => {
  expect(closest('tets', ['texts', 'test', 'tents'])).toBe('texts')
  expect(closest('test', ['tests', 'test'])).toBe('test')
})

test('a word that is there is its own suggestion', () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (word) => closest(word, ['', word]) === word))
})

test('a suggestion is a question, or nothing', () => {
  expect(didYouMean('tst', ['test'])).toEqual({ suggestion: 'did you mean "test"?' })
  expect(didYouMean('banana', ['test'])).toEqual({})
})
