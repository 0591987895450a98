import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slugify } from '../src/slugify.js'

test('joins the words of a title with hyphens', () => {
  assert.equal(slugify('Hello, wide World!'), 'hello-wide-world')
})

test('writes umlauts and sharp s out', () => {
  assert.equal(slugify('Ärger über Größe'), 'aerger-ueber-groesse')
})

test('drops accents but keeps their letters', () => {
  assert.equal(slugify('Crème Brûlée'), 'creme-brulee')
})

test('never returns an empty slug', () => {
  assert.equal(slugify('!!!'), 'untitled')
  assert.equal(slugify(''), 'untitled')
})
